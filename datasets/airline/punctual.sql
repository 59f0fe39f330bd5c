SELECT origin, COUNT(*), COUNT(dep_delay), AVG(dep_delay)
FROM flights
WHERE carrier = :carrier AND DATE(departs) BETWEEN :first AND :last
GROUP BY origin
ORDER BY origin
