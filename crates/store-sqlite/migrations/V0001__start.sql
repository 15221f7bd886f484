-- Directory: few rows, small numbers that are never used twice.
CREATE TABLE shops (
  no          INTEGER PRIMARY KEY AUTOINCREMENT,
  id          BLOB    NOT NULL UNIQUE,
  slug        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  last_number INTEGER NOT NULL DEFAULT 0,  -- the highest claim or contact number given out
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX shops_slug ON shops (slug) WHERE deleted = 0;
CREATE INDEX shops_deleted ON shops (no) WHERE deleted = 1;

CREATE TABLE api_keys (
  no         INTEGER PRIMARY KEY,
  shop       INTEGER NOT NULL,
  id         BLOB    NOT NULL UNIQUE,
  hash       BLOB    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  role       INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX api_keys_shop ON api_keys (shop);

CREATE TABLE webhooks (
  no                   INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid                 BLOB    NOT NULL UNIQUE,
  shop                 INTEGER NOT NULL,
  status               INTEGER NOT NULL,
  settings             TEXT    NOT NULL,  -- JSON
  secrets              BLOB    NOT NULL,  -- sealed
  headers              BLOB    NOT NULL,  -- sealed JSON: static headers may open doors
  verification_due     INTEGER NOT NULL,
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  failing_since        INTEGER,
  last_success_at      INTEGER,
  last_failure_at      INTEGER,
  warned_at            INTEGER,
  disabled_at          INTEGER,
  disabled_reason      TEXT,
  paused_until         INTEGER,
  created_at           INTEGER NOT NULL,
  updated_at           INTEGER NOT NULL,
  version              INTEGER NOT NULL,
  deleted_at           INTEGER
);
CREATE INDEX webhooks_shop ON webhooks (shop);
CREATE INDEX webhooks_deleted ON webhooks (no) WHERE deleted_at IS NOT NULL;

-- Subjects. Their rowid grows with the time of the first write: newest first is the key's order.
CREATE TABLE documents (
  no      INTEGER PRIMARY KEY,
  shop    INTEGER NOT NULL,
  kind    INTEGER NOT NULL,
  id      TEXT    NOT NULL,
  parent  TEXT,
  version INTEGER NOT NULL,
  json    TEXT    NOT NULL
);
CREATE UNIQUE INDEX documents_id ON documents (shop, kind, id);
CREATE INDEX documents_kind ON documents (shop, kind);
CREATE INDEX documents_parent ON documents (shop, kind, parent) WHERE parent IS NOT NULL;

-- Log. Event numbers grow with time, so rows are only ever added at the end of the tree.
CREATE TABLE events (
  no           INTEGER PRIMARY KEY,
  shop         INTEGER NOT NULL,
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
CREATE INDEX events_shop ON events (shop);
CREATE UNIQUE INDEX events_given_id ON events (shop, given_id) WHERE given_id IS NOT NULL;

-- One row for each event and webhook. A row waits while due_at is set. What has ended stands in no
-- index but the key, unless it failed.
CREATE TABLE deliveries (
  event         INTEGER NOT NULL,
  target        INTEGER NOT NULL,
  state         INTEGER NOT NULL,  -- 0 waiting, 1 delivered, 2 failed, 3 expired
  due_at        INTEGER,           -- of the next scheduled attempt; null: the schedule has ended
  attempt_count INTEGER NOT NULL,
  failures      INTEGER NOT NULL,  -- scheduled attempts that failed
  manual        INTEGER NOT NULL,  -- attempts ordered by hand and not made yet
  delivered_at  INTEGER,
  last_status   INTEGER,
  last_error    TEXT,
  last_attempt  INTEGER,           -- attempts.no, the head of a chain
  lane          INTEGER,           -- of an ordered webhook: what goes one after another
  PRIMARY KEY (event, target)
) WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (target, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_lane ON deliveries (target, event, lane, due_at)
  WHERE lane IS NOT NULL AND due_at IS NOT NULL;
CREATE INDEX deliveries_manual ON deliveries (target) WHERE manual > 0;
CREATE INDEX deliveries_failed ON deliveries (target) WHERE state = 2;

-- A delivery's attempts are a chain from the latest back, so that adding one is one append.
CREATE TABLE attempts (
  no               INTEGER PRIMARY KEY,
  previous         INTEGER,
  number           INTEGER NOT NULL,
  started_at       INTEGER NOT NULL,
  duration_us      INTEGER NOT NULL,
  status_code      INTEGER,
  error            TEXT,
  request_headers  TEXT NOT NULL,
  response_headers TEXT NOT NULL,
  response_body    BLOB NOT NULL
);

-- What statistics need of attempts, packed: one row for each webhook and group of outcomes.
CREATE TABLE timings (
  no      INTEGER PRIMARY KEY,
  target  INTEGER NOT NULL,
  samples BLOB    NOT NULL
);
CREATE INDEX timings_target ON timings (target);

CREATE TABLE replays (
  no             INTEGER PRIMARY KEY,
  id             BLOB    NOT NULL UNIQUE,
  shop           INTEGER NOT NULL,
  target         INTEGER NOT NULL,
  since          INTEGER NOT NULL,
  until          INTEGER NOT NULL,
  status         INTEGER NOT NULL,
  enabled_events TEXT,              -- JSON
  running        INTEGER NOT NULL,
  total          INTEGER NOT NULL,
  done           INTEGER NOT NULL,
  created_at     INTEGER NOT NULL,
  seen           INTEGER NOT NULL   -- events up to this one have been looked at
);
CREATE INDEX replays_running ON replays (no) WHERE running = 1;

CREATE TABLE idempotency (
  no          INTEGER PRIMARY KEY,
  shop        INTEGER NOT NULL,  -- 0: none
  key         TEXT    NOT NULL,
  fingerprint BLOB    NOT NULL,
  status      INTEGER NOT NULL,
  body        BLOB    NOT NULL   -- sealed
);
CREATE UNIQUE INDEX idempotency_key ON idempotency (shop, key);

-- Written to find out whether the store can commit.
CREATE TABLE beat (no INTEGER PRIMARY KEY, count INTEGER NOT NULL);
INSERT INTO beat VALUES (1, 0);
