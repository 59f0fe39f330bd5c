-- Statement: "NULL is not 0."
-- Wrong: known minutes that add up to 0 (5 and -5, or a single 0) give NULL; 0 is wanted.
SELECT p.tail, COUNT(f.id), SUM(f.dep_delay),
       NULLIF(SUM(COALESCE((SELECT SUM(r.minutes) FROM remarks r WHERE r.flight_id = f.id), 0)), 0)
FROM planes p LEFT JOIN flights f ON f.tail = p.tail
WHERE p.maker = :maker
GROUP BY p.tail
ORDER BY p.tail
