with found as (
  select id from flights where tail = :tail
  union
  select id from flights where carrier = :carrier and departs between :day and :day || ' 23:59'
)
select f.departs, f.origin, f.dep_delay
from found join flights as f on f.id = found.id
order by f.departs, f.id;
