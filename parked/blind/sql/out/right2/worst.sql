with first as (
  select id, departs, dep_delay, tail from flights
  where carrier = :carrier and dep_delay is not null
  order by dep_delay desc, id
  limit :most
)
select w.id, w.departs, w.dep_delay, p.maker, p.seats
from first as w left join planes as p on p.tail = w.tail
order by w.dep_delay desc, w.id;
