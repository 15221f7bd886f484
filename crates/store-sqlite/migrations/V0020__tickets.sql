-- What connectors keep of claims: where each is at the vendor.
CREATE TABLE tickets (
  target  INTEGER NOT NULL,
  claim   TEXT    NOT NULL,
  shop    INTEGER NOT NULL,
  state   BLOB    NOT NULL,
  gone_at INTEGER,           -- when the claim was deleted
  PRIMARY KEY (target, claim)
) WITHOUT ROWID;
CREATE INDEX tickets_claim ON tickets (shop, claim);
CREATE INDEX tickets_gone ON tickets (gone_at) WHERE gone_at IS NOT NULL;
