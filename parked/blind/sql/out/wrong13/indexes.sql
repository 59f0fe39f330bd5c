/* The day is what the queries ask for, so the day is what is sorted; see (1). */
CREATE INDEX f_day ON flights (carrier, DATE(departs));
CREATE INDEX f_worst ON flights (carrier, dep_delay);
CREATE INDEX f_tail ON flights (tail);
CREATE INDEX p_tail ON planes (tail);
CREATE INDEX r_flight ON remarks (flight_id);
CREATE INDEX i_tail ON inspections (tail, day DESC);
-- (1) DATE() of a stored text is deterministic; SQLite allows it in an index.
