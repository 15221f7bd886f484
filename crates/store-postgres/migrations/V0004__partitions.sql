-- Events and attempts by days, so that what is over goes with its day's table. What is there becomes the first
-- partition, without being written again; housekeeping makes the days ahead. The newest partition has no end: an event
-- always finds its place.
ALTER TABLE events RENAME TO events_open;
DROP INDEX events_given_id;
ALTER INDEX events_pkey RENAME TO events_open_pkey;
ALTER INDEX events_shop RENAME TO events_open_shop;
ALTER INDEX events_ref RENAME TO events_open_ref;
ALTER INDEX events_subject RENAME TO events_open_subject;
ALTER INDEX events_context_of RENAME TO events_open_context_of;
ALTER INDEX events_notices RENAME TO events_open_notices;
CREATE TABLE events (LIKE events_open) PARTITION BY RANGE (no);
ALTER TABLE events ADD PRIMARY KEY (no);
CREATE INDEX events_shop ON events (shop, no);
CREATE INDEX events_ref ON events (shop, ref, no);
CREATE INDEX events_subject ON events (shop, subject_id, no) WHERE subject_id IS NOT NULL;
CREATE INDEX events_context_of ON events (context_of) WHERE context_of IS NOT NULL;
CREATE INDEX events_notices ON events (no) WHERE subject_kind = 5 AND NOT posted;
ALTER TABLE events ATTACH PARTITION events_open FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

ALTER TABLE attempts RENAME TO attempts_open;
ALTER INDEX attempts_pkey RENAME TO attempts_open_pkey;
CREATE TABLE attempts (LIKE attempts_open) PARTITION BY RANGE (event);
ALTER TABLE attempts ADD PRIMARY KEY (event, target, number);
ALTER TABLE attempts ATTACH PARTITION attempts_open FOR VALUES FROM (MINVALUE) TO (MAXVALUE);

-- The ids that callers gave to events: unique over all days, and found without looking through each. Kept by triggers,
-- so that they go with the event whoever writes or removes it; those of a dropped day are removed with it.
CREATE TABLE event_ids (
  shop     BIGINT NOT NULL,
  given_id TEXT   NOT NULL,
  event    BIGINT NOT NULL,
  PRIMARY KEY (shop, given_id)
);
INSERT INTO event_ids SELECT shop, given_id, no FROM events WHERE given_id IS NOT NULL;
CREATE FUNCTION event_id_given() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO event_ids VALUES (NEW.shop, NEW.given_id, NEW.no);
  RETURN NULL;
END $$;
CREATE FUNCTION event_id_gone() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
  DELETE FROM event_ids WHERE shop = OLD.shop AND given_id = OLD.given_id AND event = OLD.no;
  RETURN NULL;
END $$;
CREATE TRIGGER event_id_given AFTER INSERT ON events
  FOR EACH ROW WHEN (NEW.given_id IS NOT NULL) EXECUTE FUNCTION event_id_given();
CREATE TRIGGER event_id_gone AFTER DELETE ON events
  FOR EACH ROW WHEN (OLD.given_id IS NOT NULL) EXECUTE FUNCTION event_id_gone();
