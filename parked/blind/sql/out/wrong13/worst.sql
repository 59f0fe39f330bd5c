SELECT f.id, f.departs, f.dep_delay,
       (SELECT p.maker FROM planes p WHERE p.tail = f.tail),
       (SELECT p.seats FROM planes p WHERE p.tail = f.tail)
FROM flights f
WHERE f.carrier = :carrier AND f.dep_delay IS NOT NULL
ORDER BY f.dep_delay DESC, f.id ASC
LIMIT :most OFFSET 0 -- the walk ends here
