-- How often a webhook became active again, and in which of these lives a delivery's failures were counted:
-- those of another one count no more.
ALTER TABLE webhooks ADD COLUMN activation INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN activation INTEGER NOT NULL DEFAULT 0;
