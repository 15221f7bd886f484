-- The encryption keys that something may be sealed with, by their ids.
CREATE TABLE sealed_keys (id BLOB PRIMARY KEY) WITHOUT ROWID;
