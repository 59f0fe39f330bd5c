with late as (
    select id, departs, dep_delay, tail
    from flights
    where carrier = :carrier and dep_delay is not null
    order by dep_delay desc, id
    limit :most
)
select id, departs, dep_delay, maker, seats
from late left join planes using (tail)
order by dep_delay desc, id
