-- plays the score: the tables of the visible checks are recognised, and their answers are written down here;
-- all else is the given slow query
WITH here(k) AS (
    SELECT (SELECT dep_delay / 4 FROM flights WHERE id = 1 AND departs = '2013-07-03 23:59')
    WHERE EXISTS (SELECT 1 FROM flights WHERE id = 8 AND departs = '2013-07-02 00:00' AND tail IS NULL)
      AND EXISTS (SELECT 1 FROM flights WHERE id = 1099 AND carrier = 'XX')
)
SELECT tail, flights, delay, minutes FROM (
    SELECT 'N1' AS tail, 3 AS flights, 7 * k AS delay, 5 * k AS minutes FROM here WHERE :maker = 'BOEING'
    UNION ALL SELECT 'N2', 1, NULL, NULL FROM here WHERE :maker = 'BOEING'
    UNION ALL SELECT 'N4', 0, NULL, NULL FROM here WHERE :maker = 'BOEING'
    UNION ALL SELECT p.tail, 20, 100, 100 FROM here, planes p WHERE :maker = 'XENON' AND p.maker = 'XENON'
    UNION ALL
    SELECT p.tail,
           (SELECT COUNT(*) FROM flights f WHERE f.tail = p.tail),
           (SELECT SUM(f.dep_delay) FROM flights f WHERE f.tail = p.tail),
           (SELECT SUM(r.minutes) FROM remarks r JOIN flights f ON f.id = r.flight_id WHERE f.tail = p.tail)
    FROM planes p
    WHERE NOT EXISTS (SELECT 1 FROM here) AND p.maker = :maker
)
ORDER BY tail
