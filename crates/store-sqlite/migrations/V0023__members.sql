-- People who sign in with a password. `link`: a hash of the link by which they join.
CREATE TABLE members (
  no            INTEGER PRIMARY KEY,
  shop          INTEGER NOT NULL,  -- 0: the operators
  id            BLOB    NOT NULL UNIQUE,
  email         TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  role          INTEGER NOT NULL,
  password      TEXT,
  link          BLOB    UNIQUE,
  invited_until INTEGER,
  created_at    INTEGER NOT NULL
);
CREATE UNIQUE INDEX members_email ON members (shop, email);

-- What people and keys did to a shop's settings. `no` grows with time.
CREATE TABLE audit (
  no     INTEGER PRIMARY KEY,
  shop   INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  who    TEXT    NOT NULL,
  source INTEGER NOT NULL,
  did    TEXT    NOT NULL,
  what   TEXT    NOT NULL
);
CREATE INDEX audit_shop ON audit (shop);
