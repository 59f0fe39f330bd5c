-- Statement: "two may differ in case or in a space alone: they are different"
-- Wrong: LIKE does not mind case, and takes % and _ in a maker for wildcards ('with any sign that prints').
SELECT p.tail, COUNT(f.id), SUM(f.dep_delay),
       SUM((SELECT SUM(r.minutes) FROM remarks r WHERE r.flight_id = f.id))
FROM planes p LEFT JOIN flights f ON f.tail = p.tail
WHERE p.maker LIKE :maker
GROUP BY p.tail
ORDER BY p.tail
