with own as (
  select p.tail as plane, f.id as flight, f.dep_delay as delay
  from planes as p left join flights as f on f.tail = p.tail
  where p.maker = :maker
),
noted as (
  select o.plane, sum(r.minutes) as minutes
  from own as o join remarks as r on r.flight_id = o.flight
  group by o.plane
),
flown as (
  select plane, count(flight) as flights, sum(delay) as delay from own group by plane
)
select w.plane, w.flights, w.delay, n.minutes
from flown as w left join noted as n on n.plane = w.plane
order by w.plane;
