-- Statement: "Minutes are ints from −100,000 to 100,000"
-- Wrong: a known delay of -1440 or less is left out.
SELECT f.id, f.departs, f.dep_delay, p.maker, p.seats
FROM flights f LEFT JOIN planes p ON p.tail = f.tail
WHERE f.carrier = :carrier AND f.dep_delay > -1440
ORDER BY f.dep_delay DESC, f.id
LIMIT :most
