SELECT departs, origin, dep_delay
FROM flights
WHERE tail = :tail OR (carrier = :carrier AND departs >= :day AND departs < DATE(:day, '+1 day'))
ORDER BY departs, id
