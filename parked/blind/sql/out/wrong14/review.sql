-- Statement: "for each flight of plane `:tail`, or of the carrier on that day"
-- Wrong: a flight of the carrier at 23:59 of the day is left out; `departs` may be `2013-07-03 23:59`.
SELECT departs, origin, dep_delay
FROM flights
WHERE tail = :tail OR (carrier = :carrier AND departs >= :day AND departs < :day || ' 23:59')
ORDER BY departs, id
