-- punctual, review: the column compared with = comes first, the one with a range behind it.
CREATE INDEX flights_carrier_departs ON flights (carrier, departs);
-- worst: within a carrier the delays lie in the order that is asked for, so that the first rows are the answer.
-- A delay that is not known is never among them.
CREATE INDEX flights_carrier_delay ON flights (carrier, dep_delay DESC) WHERE dep_delay IS NOT NULL;
-- fleet, review: the flights of a plane.
CREATE INDEX flights_tail ON flights (tail);
-- worst: the plane of a flight.
CREATE INDEX planes_tail ON planes (tail);
-- fleet: the remarks of a flight.
CREATE INDEX remarks_flight ON remarks (flight_id);
-- overdue: the inspections of a plane, by day.
CREATE INDEX inspections_tail_day ON inspections (tail, day);
