-- Events of a committed array that have no rows yet: these are written in steps behind the commit, a part at a time.
CREATE TABLE parts (
  no    INTEGER PRIMARY KEY,  -- of its first event
  last  INTEGER NOT NULL,     -- of its last one
  shop  INTEGER NOT NULL,
  facts TEXT    NOT NULL      -- JSON
);
CREATE INDEX parts_shop ON parts (shop);
