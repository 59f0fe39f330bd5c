SELECT departs, origin, dep_delay
FROM flights
WHERE tail = :tail OR (carrier = :carrier AND DATE(departs) = :day)
ORDER BY departs, id
