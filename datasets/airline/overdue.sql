SELECT p.tail, p.maker
FROM planes p
WHERE (SELECT COUNT(*) FROM inspections i WHERE i.tail = p.tail AND i.day >= :since) = 0
ORDER BY p.tail
