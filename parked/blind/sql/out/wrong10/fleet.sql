SELECT p.tail, COUNT(f.id), SUM(f.dep_delay),
       SUM((SELECT SUM(r.minutes) FROM remarks r WHERE r.flight_id = f.id))
FROM planes p LEFT JOIN flights f ON f.tail = p.tail
WHERE p.maker = :maker
GROUP BY p.tail
ORDER BY p.tail
