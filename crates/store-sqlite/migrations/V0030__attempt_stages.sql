-- How an attempt's time divides into its stages, one number (model's `Split`); of attempts from before, and where
-- nothing is known, none.
ALTER TABLE attempts ADD COLUMN stages INTEGER;
ALTER TABLE deliveries ADD COLUMN stages INTEGER;
