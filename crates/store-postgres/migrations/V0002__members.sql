-- People who sign in with a password. `link`: a hash of the link by which they join.
CREATE TABLE members (
  no            BIGINT PRIMARY KEY,
  shop          BIGINT NOT NULL,  -- 0: the operators
  id            UUID   NOT NULL UNIQUE,
  email         TEXT   NOT NULL,
  name          TEXT   NOT NULL,
  role          BIGINT NOT NULL,
  password      TEXT,
  link          BYTEA  UNIQUE,
  invited_until BIGINT,
  created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX members_email ON members (shop, email);
CREATE INDEX members_shop ON members (shop, no);

-- What people and keys did to a shop's settings. `no` grows with time.
CREATE TABLE audit (
  no     BIGINT PRIMARY KEY,
  shop   BIGINT NOT NULL,
  at     BIGINT NOT NULL,
  who    TEXT   NOT NULL,
  source BIGINT NOT NULL,
  did    TEXT   NOT NULL,
  what   TEXT   NOT NULL
);
CREATE INDEX audit_shop ON audit (shop, no);

-- The page where a shop's customers file claims, as JSON; null: it has none.
ALTER TABLE shops ADD COLUMN claim_page TEXT;
