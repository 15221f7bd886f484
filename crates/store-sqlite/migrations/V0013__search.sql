-- What documents are found by: the terms of each, in an inverted index that holds nothing but numbers. Its
-- pages are small, so that merging a few of them is a small step.
CREATE VIRTUAL TABLE search USING fts5(
  terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'"
);
INSERT INTO search (search, rank) VALUES ('pgsz', 1000);

-- A hash of the terms that a document is in the index with; null: it is not there.
ALTER TABLE documents ADD COLUMN terms INTEGER;
CREATE TRIGGER documents_unsearched AFTER DELETE ON documents WHEN old.terms IS NOT NULL
BEGIN
  DELETE FROM search WHERE rowid = old.no;
END;

-- Documents from this number on are in the index; those before it follow from the newest back, a step at a
-- time.
CREATE TABLE searchable (no INTEGER PRIMARY KEY, since INTEGER NOT NULL);
INSERT INTO searchable SELECT 1, coalesce(max(no), -1) + 1 FROM documents;
