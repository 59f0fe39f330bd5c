SELECT departs, origin, dep_delay
FROM (
    SELECT id, departs, origin, dep_delay FROM flights WHERE tail = :tail
    UNION ALL
    SELECT id, departs, origin, dep_delay FROM flights
    WHERE carrier = :carrier AND DATE(departs) = :day AND tail IS NOT :tail
)
ORDER BY departs, id
