-- Photos that are kept beside the database, and how many claims name each.
CREATE TABLE images (
  no           INTEGER PRIMARY KEY,
  name         TEXT    NOT NULL UNIQUE,
  shop         INTEGER NOT NULL,
  bytes        INTEGER NOT NULL,
  uses         INTEGER NOT NULL,
  unused_since INTEGER             -- null: in use; 0: gone, its bytes are to be removed
);
CREATE INDEX images_shop ON images (shop);
CREATE INDEX images_unused ON images (unused_since) WHERE unused_since IS NOT NULL;
