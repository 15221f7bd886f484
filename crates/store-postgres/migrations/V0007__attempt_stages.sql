-- How an attempt's time divides into its stages, one number (model's `Split`); of attempts from before, and where
-- nothing is known, none.
ALTER TABLE attempts ADD COLUMN stages BIGINT;
ALTER TABLE deliveries ADD COLUMN first_stages BIGINT;
