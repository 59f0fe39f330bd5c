-- Statement: "A query must ask for its order in an `ORDER BY` of its own; one in a subquery does not count."
-- Wrong: the outer query, a join, asks for no order.
with first as (
  select id, departs, dep_delay, tail from flights
  where carrier = :carrier and dep_delay is not null
  order by dep_delay desc, id
  limit :most
)
select w.id, w.departs, w.dep_delay, p.maker, p.seats
from first as w left join planes as p on p.tail = w.tail;
