-- Deliveries that a commit has fixed, and whose rows are written in steps behind it: each of the events for
-- each of the targets. Both lists are numbers in rising order, packed.
CREATE TABLE fan_outs (
  no          INTEGER PRIMARY KEY,
  shop        INTEGER NOT NULL,
  next_event  INTEGER NOT NULL,  -- the first event that is not done
  next_target INTEGER NOT NULL,  -- of its targets, the first that is not done
  events      BLOB    NOT NULL,
  targets     BLOB    NOT NULL
);
CREATE INDEX fan_outs_shop ON fan_outs (shop, next_event);
