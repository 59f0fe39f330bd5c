SELECT f.id, f.departs, f.dep_delay, p.maker, p.seats
FROM flights f LEFT JOIN planes p ON p.tail = f.tail
WHERE f.carrier = :carrier AND f.dep_delay IS NOT NULL
ORDER BY f.dep_delay DESC, f.id
LIMIT :most
