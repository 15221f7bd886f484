-- Contacts have numbers of their own, so that those of claims count up one by one. A shop's contacts go on
-- from the highest number that any of its claims or contacts has.
ALTER TABLE shops ADD COLUMN last_contact_number INTEGER NOT NULL DEFAULT 0;
UPDATE shops SET last_contact_number = last_number;
