-- Whom a shop wants told by e-mail: a JSON list of addresses.
ALTER TABLE shops ADD COLUMN notification_emails TEXT NOT NULL DEFAULT '[]';

-- What we told a shop about its webhooks: subject_kind 5 is a webhook.
CREATE INDEX events_notices ON events (no) WHERE subject_kind = 5 AND posted = 0;

-- Notices that have been taken to be mailed. Ended when due_at is null.
CREATE TABLE mailed (
  event  INTEGER PRIMARY KEY,
  tries  INTEGER NOT NULL,
  due_at INTEGER
);
