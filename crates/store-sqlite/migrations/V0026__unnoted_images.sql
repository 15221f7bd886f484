-- Photos from before they were noted in `images`. Those of claims with a number below `below` are noted in steps, the
-- oldest claims first: who named a photo first is whose it is. No row: there are no such photos.
CREATE TABLE unnoted_images (
  no    INTEGER PRIMARY KEY,
  noted INTEGER NOT NULL,  -- up to the claim of this number they are
  below INTEGER NOT NULL
);
INSERT INTO unnoted_images
  SELECT 1, -1, below FROM (SELECT max(no) + 1 AS below FROM documents)
  WHERE below IS NOT NULL AND NOT EXISTS (SELECT 1 FROM images);
