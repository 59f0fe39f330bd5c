-- Six indexes, each column chosen for a WHERE, an ON or an ORDER BY.
CREATE INDEX flights_by_day ON flights (carrier, departs);
CREATE INDEX flights_by_delay ON flights (carrier, dep_delay DESC);
CREATE INDEX flights_by_tail ON flights (tail);
CREATE INDEX planes_by_tail ON planes (tail);
CREATE INDEX remarks_by_flight ON remarks (flight_id);
CREATE INDEX inspections_by_plane ON inspections (tail, day);
