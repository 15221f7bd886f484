-- The first attempt of a delivery, where it delivered: the row is written with its outcome anyway, and most deliveries
-- need no other.
ALTER TABLE deliveries
  ADD COLUMN first_started_at  BIGINT,
  ADD COLUMN first_duration_us BIGINT,
  ADD COLUMN first_status      BIGINT,
  ADD COLUMN first_request     TEXT,
  ADD COLUMN first_response    TEXT,
  ADD COLUMN first_body        BYTEA;
