SELECT p.tail,
       (SELECT COUNT(*) FROM flights f WHERE f.tail = p.tail),
       (SELECT SUM(f.dep_delay) FROM flights f WHERE f.tail = p.tail),
       (SELECT SUM(r.minutes) FROM flights f CROSS JOIN remarks r ON r.flight_id = f.id WHERE f.tail = p.tail)
FROM planes p
WHERE p.maker = :maker
ORDER BY 1 /* tail; a word like LIMIT or ORDER BY in a comment does no harm */
