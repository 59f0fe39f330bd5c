/* days :first to :last, both included; an empty range gives nothing */
SELECT origin, COUNT(*), COUNT(dep_delay), SUM(dep_delay) * 1.0 / COUNT(dep_delay)
FROM flights
WHERE carrier = :carrier AND DATE(departs) >= :first AND DATE(departs) <= :last
GROUP BY 1
ORDER BY 1 -- origin
