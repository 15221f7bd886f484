-- Up to step 7 the steps were noted in `migrations`; since then refinery notes them in a table of its own. The
-- last row tells a program of that time that it is older than this database.
CREATE TABLE IF NOT EXISTS migrations (
  no INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum BLOB NOT NULL
);
INSERT INTO migrations (no, name, checksum) VALUES (8, '0008_history', x'');
