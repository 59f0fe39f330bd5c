select p.tail, p.maker
from planes p
where ifnull((select max(i.day) from inspections i where i.tail = p.tail), '') < :since
order by p.tail;
