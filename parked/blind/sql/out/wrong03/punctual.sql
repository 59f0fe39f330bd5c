-- Statement: "Texts are in the order of their characters' code points, as SQLite sorts them unless told otherwise."
-- Wrong: NOCASE puts 'a' before 'B'; by code points it comes after.
SELECT origin, COUNT(*), COUNT(dep_delay), AVG(dep_delay)
FROM flights
WHERE carrier = :carrier AND departs >= :first AND departs < DATE(:last, '+1 day')
GROUP BY origin
ORDER BY origin COLLATE NOCASE, origin
