-- Statement: "A mean may differ by a billionth of it (below 1: by 10⁻⁹). All else is exact."
-- Wrong: SUM(int) / COUNT is an integer division, so a mean of 2.5 comes as 2.
SELECT origin, COUNT(*), COUNT(dep_delay), SUM(dep_delay) / COUNT(dep_delay)
FROM flights
WHERE carrier = :carrier AND departs >= :first AND departs < DATE(:last, '+1 day')
GROUP BY origin
ORDER BY origin
