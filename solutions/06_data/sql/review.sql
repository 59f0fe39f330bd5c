-- Both sides of OR can use an index of their own; a flight that meets both is one row.
SELECT departs, origin, dep_delay
FROM flights
WHERE tail = :tail OR (carrier = :carrier AND departs >= :day AND departs < DATE(:day, '+1 day'))
ORDER BY departs, id;
