SELECT p.tail, p.maker
FROM planes p
WHERE NOT EXISTS (SELECT 1 FROM inspections i WHERE i.tail = p.tail AND i.day >= :since)
ORDER BY p.tail
