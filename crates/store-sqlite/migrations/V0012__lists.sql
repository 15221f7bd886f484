-- Each filter of a list has its index. Events by ref, and by what they are about; deliveries by webhook and
-- state. All are in event order behind that, so that a page is read from its place on.
CREATE INDEX events_ref ON events (shop, ref);
CREATE INDEX events_subject ON events (shop, subject_id) WHERE subject_id IS NOT NULL;
CREATE INDEX deliveries_state ON deliveries (target, state);
DROP INDEX deliveries_failed;
