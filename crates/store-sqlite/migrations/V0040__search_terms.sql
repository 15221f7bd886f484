-- The index of what documents are found by knows nothing of a document but its entries, each a token and a number: so
-- a change of a document adds and removes what differs, where it wrote all of its terms again. `documents.terms` tells
-- what a document has there, as a text; a number is of before, and says that it is not there.
DROP TRIGGER documents_unsearched;
DROP TABLE search;
CREATE VIRTUAL TABLE search USING fts5(
  terms, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '_'"
);
INSERT INTO search (search, rank) VALUES ('pgsz', 1000);
UPDATE searchable SET since = (SELECT coalesce(max(no), -1) + 1 FROM documents);
