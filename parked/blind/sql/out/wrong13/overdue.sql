SELECT p.tail, p.maker
FROM planes AS p
LEFT JOIN (SELECT DISTINCT i.tail FROM inspections i WHERE i.tail IS NOT NULL AND i.day >= :since) AS seen
       ON seen.tail = p.tail
WHERE seen.tail IS NULL
ORDER BY p.tail; -- that is all
