SELECT p.tail,
       (SELECT COUNT(*) FROM flights f WHERE f.tail = p.tail),
       (SELECT SUM(f.dep_delay) FROM flights f WHERE f.tail = p.tail),
       (SELECT SUM(r.minutes) FROM remarks r JOIN flights f ON f.id = r.flight_id WHERE f.tail = p.tail)
FROM planes p
WHERE p.maker = :maker
ORDER BY p.tail
