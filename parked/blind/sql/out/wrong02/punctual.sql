-- Statement: "A day `:last` before `:first` gives no row."
-- Wrong: MIN and MAX put the days in order, so that it gives the rows between them.
SELECT origin, COUNT(*), COUNT(dep_delay), AVG(dep_delay)
FROM flights
WHERE carrier = :carrier AND departs >= MIN(:first, :last) AND departs < DATE(MAX(:first, :last), '+1 day')
GROUP BY origin
ORDER BY origin
