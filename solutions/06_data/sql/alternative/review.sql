select departs, origin, dep_delay
from flights
where id in (
    select id from flights where tail = :tail
    union
    select id from flights where carrier = :carrier and date(departs) = :day
)
order by departs, id
