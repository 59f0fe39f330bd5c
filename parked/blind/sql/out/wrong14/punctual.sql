SELECT origin, COUNT(*), COUNT(dep_delay), AVG(dep_delay)
FROM flights
WHERE carrier = :carrier AND departs >= :first AND departs < DATE(:last, '+1 day')
GROUP BY origin
ORDER BY origin
