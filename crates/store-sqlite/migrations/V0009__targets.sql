-- Destinations that are not webhooks: the vendor's API that a connector calls.
ALTER TABLE webhooks ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;  -- 0 webhook, 1 connector

-- What a run of several requests has saved, until the event is delivered.
ALTER TABLE deliveries ADD COLUMN saved BLOB;
-- Which request of such a run an attempt was.
ALTER TABLE attempts ADD COLUMN step TEXT;
