-- Whether lanes are being assigned to what waits for a webhook, and the index that finds those with work in the background.
ALTER TABLE webhooks RENAME COLUMN lining TO assigning_lanes;
DROP INDEX webhooks_chores;
CREATE INDEX webhooks_background ON webhooks (no) WHERE forward_since IS NOT NULL OR assigning_lanes = 1;
