create unique index one_plane on planes(tail);   -- no two planes have the same tail
create index flight_days on flights(carrier, departs);
create index flight_delays on flights(carrier, dep_delay desc, id) where dep_delay is not null;
create index flight_planes on flights(tail) where tail is not null;
create index remark_flights on remarks(flight_id);
create index inspection_days on inspections(tail, day)
