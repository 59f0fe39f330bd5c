CREATE INDEX by_carrier ON flights (carrier);
CREATE INDEX by_departs ON flights (departs);
CREATE INDEX by_delay ON flights (dep_delay);
CREATE INDEX by_tail ON flights (tail);
CREATE INDEX by_plane ON planes (tail);
CREATE INDEX by_flight ON remarks (flight_id);
CREATE INDEX by_inspected ON inspections (tail);
