create index by_carrier_day on flights (carrier, date(departs));
create index by_carrier_delay on flights (carrier, dep_delay);
create index by_tail on flights (tail);
create unique index listed on planes (tail);
create index remarked on remarks (flight_id);
create index inspected on inspections (tail);
