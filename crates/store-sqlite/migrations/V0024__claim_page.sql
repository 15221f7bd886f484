-- How a shop's claim page is set up, as JSON; NULL: it has none.
ALTER TABLE shops ADD COLUMN claim_page TEXT;
