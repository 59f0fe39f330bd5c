-- EXISTS ends at the first inspection that it finds, and does not mind those whose plane is not known.
SELECT p.tail, p.maker
FROM planes p
WHERE NOT EXISTS (SELECT 1 FROM inspections i WHERE i.tail = p.tail AND i.day >= :since)
ORDER BY p.tail;
