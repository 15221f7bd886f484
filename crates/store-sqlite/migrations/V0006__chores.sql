-- What a change of a webhook still has to do to its backlog; found again after a restart.
ALTER TABLE webhooks ADD COLUMN forward_since INTEGER;               -- what waited for a retry then is due
ALTER TABLE webhooks ADD COLUMN lining INTEGER NOT NULL DEFAULT 0;  -- what waits is put in line anew
CREATE INDEX webhooks_chores ON webhooks (no) WHERE forward_since IS NOT NULL OR lining = 1;
-- Few rows of many: looked for at the start and by every step of tidying up.
CREATE INDEX webhooks_owing ON webhooks (no) WHERE verification_due = 1;
CREATE INDEX webhooks_idle ON webhooks (no) WHERE status <> 0;
