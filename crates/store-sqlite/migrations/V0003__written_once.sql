-- A delivery that is handed over when its event is committed, and acknowledged at the first attempt, is
-- one row, written once: until then the event's own row says to whom it was handed.
CREATE TABLE events_new (
  no           INTEGER PRIMARY KEY,
  shop         INTEGER NOT NULL,
  handed       TEXT,              -- targets, by commas, whose delivery may have no row yet
  given_id     TEXT,
  ref          TEXT    NOT NULL,
  event_group  TEXT,
  triggered_at INTEGER NOT NULL,
  subject_kind INTEGER,
  subject_id   TEXT,
  event_data   TEXT    NOT NULL,
  context      TEXT,
  changes      TEXT,
  performed_by TEXT    NOT NULL,
  posted       INTEGER NOT NULL
);
INSERT INTO events_new (no, shop, given_id, ref, event_group, triggered_at, subject_kind, subject_id,
    event_data, context, changes, performed_by, posted)
  SELECT no, shop, given_id, ref, event_group, triggered_at, subject_kind, subject_id,
    event_data, context, changes, performed_by, posted
  FROM events ORDER BY no;
DROP TABLE events;
ALTER TABLE events_new RENAME TO events;
CREATE INDEX events_shop ON events (shop);
CREATE UNIQUE INDEX events_given_id ON events (shop, given_id) WHERE given_id IS NOT NULL;

-- Every delivery of an event up to this one has its row; of a later one it may be missing for those
-- that `handed` names.
CREATE TABLE settled (no INTEGER PRIMARY KEY, event INTEGER NOT NULL);
INSERT INTO settled SELECT 1, coalesce(max(no), 0) FROM events;

-- The only attempt, where it was acknowledged: its status and error are the delivery's last. When there
-- is another one it moves into the chain.
ALTER TABLE deliveries ADD COLUMN started_at INTEGER;
ALTER TABLE deliveries ADD COLUMN duration_us INTEGER;
ALTER TABLE deliveries ADD COLUMN request_headers TEXT;
ALTER TABLE deliveries ADD COLUMN response_headers TEXT;
ALTER TABLE deliveries ADD COLUMN response_body BLOB;

-- By lane first: what stands at the head of a lane is found without walking those behind it.
DROP INDEX deliveries_lane;
CREATE INDEX deliveries_lane ON deliveries (target, lane, event, due_at)
  WHERE lane IS NOT NULL AND due_at IS NOT NULL;
