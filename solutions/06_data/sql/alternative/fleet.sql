with own as (
    select tail from planes where maker = :maker
), flown as (
    select own.tail, f.id, f.dep_delay
    from own join flights f using (tail)
), noted as (
    select flown.tail, sum(r.minutes) as minutes
    from flown join remarks r on r.flight_id = flown.id
    group by flown.tail
), counted as (
    select tail, count(*) as number, sum(dep_delay) as delay
    from flown
    group by tail
)
select own.tail, coalesce(counted.number, 0), counted.delay, noted.minutes
from own left join counted using (tail) left join noted on noted.tail = own.tail
order by own.tail
