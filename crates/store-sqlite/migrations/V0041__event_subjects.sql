-- Events by what they are about. An index of `events` by it wrote a page somewhere else for each event; the rows of this
-- table are written behind their events, many at once in their order. `settled` 2: the event up to which all have theirs.
CREATE TABLE event_subjects (
  shop    INTEGER NOT NULL,
  subject TEXT    NOT NULL,
  event   INTEGER NOT NULL,
  PRIMARY KEY (shop, subject, event)
) WITHOUT ROWID;
INSERT INTO event_subjects
  SELECT shop, subject_id, no FROM events WHERE subject_id IS NOT NULL ORDER BY shop, subject_id, no;
DROP INDEX events_subject;
INSERT INTO settled
  SELECT 2, min(newest, coalesce((SELECT min(no) - 1 FROM parts), newest))
  FROM (SELECT coalesce(max(no), 0) AS newest FROM events);
