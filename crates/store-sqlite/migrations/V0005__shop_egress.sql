-- The egress profile that requests to a shop's webhooks leave by, where the webhook names none.
ALTER TABLE shops ADD COLUMN egress TEXT;
