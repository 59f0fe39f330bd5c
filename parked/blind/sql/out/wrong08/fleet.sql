-- Statement: "A query must ask for its order in an `ORDER BY` of its own"
-- Wrong: relies on GROUP BY sorting by tail.
SELECT p.tail, COUNT(f.id), SUM(f.dep_delay),
       SUM((SELECT SUM(r.minutes) FROM remarks r WHERE r.flight_id = f.id))
FROM planes p LEFT JOIN flights f ON f.tail = p.tail
WHERE p.maker = :maker
GROUP BY p.tail
