-- Statement: "two may differ in case or in a space alone: they are different"
-- Wrong: an inspection of 'N1' counts for the plane 'N1 ' too.
SELECT p.tail, p.maker
FROM planes p
WHERE NOT EXISTS (SELECT 1 FROM inspections i WHERE TRIM(i.tail) = TRIM(p.tail) AND i.day >= :since)
ORDER BY p.tail
