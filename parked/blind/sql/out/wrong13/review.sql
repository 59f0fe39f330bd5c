-- Statement: "Carriers, origins, tails and makers are texts of at most 20 characters …; one may be empty"
-- Wrong: with :tail = '' the carrier's flights of that day whose tail is NULL are lost.
SELECT departs, origin, dep_delay
FROM (
    SELECT id, departs, origin, dep_delay FROM flights WHERE tail = :tail
    UNION ALL
    SELECT id, departs, origin, dep_delay FROM flights
    WHERE carrier = :carrier AND DATE(departs) = :day AND COALESCE(tail, '') <> :tail
)
ORDER BY departs, id
