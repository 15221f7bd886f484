-- Who is signed in at the portal, and links that open a session once: under the hash of what their holder has.
CREATE TABLE sessions (
  id         BLOB    PRIMARY KEY,
  shop       INTEGER NOT NULL,  -- 0: the operator's
  role       INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  key        BLOB,              -- api_keys.id; null: the admin key
  expires_at INTEGER NOT NULL,
  ends_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_shop ON sessions (shop, expires_at);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_key ON sessions (key) WHERE key IS NOT NULL;

CREATE TABLE portal_links (
  id         BLOB    PRIMARY KEY,
  shop       INTEGER NOT NULL,
  role       INTEGER NOT NULL,
  name       TEXT    NOT NULL,
  key        BLOB,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX portal_links_shop ON portal_links (shop, expires_at);
CREATE INDEX portal_links_expiry ON portal_links (expires_at);
CREATE INDEX portal_links_key ON portal_links (key) WHERE key IS NOT NULL;
