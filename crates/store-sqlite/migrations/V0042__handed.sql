-- Deliveries of wide fan-outs that were handed over when their turn came, and may have no row yet: what the column of that
-- name in `events` is for those that their commit handed over. Gone once all deliveries up to their event have their rows.
CREATE TABLE handed (
  event   INTEGER NOT NULL,
  first   INTEGER NOT NULL,  -- of the targets
  targets BLOB    NOT NULL,  -- rising, packed as in `fan_outs`
  PRIMARY KEY (event, first)
) WITHOUT ROWID;
