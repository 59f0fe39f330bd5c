-- Statement: "an int (`:most`, from 1 to 10^9)"
-- Wrong: a carrier with more than 1000 known delays, and :most above it, loses rows.
SELECT f.id, f.departs, f.dep_delay, p.maker, p.seats
FROM flights f LEFT JOIN planes p ON p.tail = f.tail
WHERE f.carrier = :carrier AND f.dep_delay IS NOT NULL
ORDER BY f.dep_delay DESC, f.id
LIMIT MIN(:most, 1000)
