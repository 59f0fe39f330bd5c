with own as (
    select origin, dep_delay
    from flights
    where carrier = :carrier and date(departs) >= :first and date(departs) <= :last
)
select origin, count(1), sum(dep_delay is not null), total(dep_delay) / nullif(count(dep_delay), 0)
from own
group by 1
order by 1
