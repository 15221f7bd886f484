-- Why an attempt failed, as a sentence; `error` is its name.
ALTER TABLE attempts ADD COLUMN error_detail TEXT;
