with asked as (
  select origin, dep_delay from flights
  where carrier = :carrier and departs between :first and :last || ' 23:59'
)
select origin, count(*) as flights, count(dep_delay) as departed, avg(dep_delay) as mean
from asked
group by origin
order by origin asc;
