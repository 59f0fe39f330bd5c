-- Statement: "NULL may be in `tail` of flights and inspections, `air_time`, `dep_delay`, `maker`, `seats` and `minutes`. … Each query must give, on every database of this kind, the rows of the given one"
-- Wrong: a plane with maker NULL must come with NULL.
SELECT p.tail, COALESCE(p.maker, 'unknown')
FROM planes p
WHERE NOT EXISTS (SELECT 1 FROM inspections i WHERE i.tail = p.tail AND i.day >= :since)
ORDER BY p.tail
