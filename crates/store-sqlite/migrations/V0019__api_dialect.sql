-- The shapes in which the API answers a shop's clients: 'claimwire' or 'karla'.
ALTER TABLE shops ADD COLUMN api_dialect TEXT NOT NULL DEFAULT 'claimwire';
