-- Deliveries that were acknowledged, by target. The index by state wrote a page of each target for every event; the rows of
-- this table are written behind the deliveries, for many of them at once. A delivery that is sent again stays here.
-- `settled` 3: the event up to which all that were acknowledged are here.
CREATE TABLE delivered (
  target INTEGER NOT NULL,
  first  INTEGER NOT NULL,  -- no event of the row is before this one, and none of the row before is from it on
  events TEXT    NOT NULL,  -- rising, by commas: how far each is from the one before; the first of them from `first`
  PRIMARY KEY (target, first)
) WITHOUT ROWID;
INSERT INTO delivered
  SELECT target, min(event), group_concat(distance, ',' ORDER BY event)
  FROM (
    SELECT target, event, nth / 128 AS part, iif(nth % 128 = 0, 0, event - before) AS distance
    FROM (
      SELECT target, event, row_number() OVER rising - 1 AS nth, lag(event) OVER rising AS before
      FROM deliveries INDEXED BY deliveries_state WHERE state = 1
      WINDOW rising AS (PARTITION BY target ORDER BY event)
    )
  )
  GROUP BY target, part;
DROP INDEX deliveries_state;
CREATE INDEX deliveries_state ON deliveries (target, state) WHERE state <> 1;
INSERT INTO settled SELECT 3, coalesce(max(no), 0) FROM events;
