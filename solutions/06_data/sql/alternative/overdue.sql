select tail, maker
from planes
where tail not in (select tail from inspections where day >= :since and tail is not null)
order by tail
