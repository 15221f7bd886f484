-- Mails that are to go out, each kept with what it tells. Gone when it was sent or given up. `letter`: sealed.
CREATE TABLE letters (
  no     INTEGER PRIMARY KEY,
  shop   INTEGER NOT NULL,  -- 0: the operators
  at     INTEGER NOT NULL,
  letter BLOB    NOT NULL,
  tries  INTEGER NOT NULL,
  due_at INTEGER NOT NULL
);
CREATE INDEX letters_due ON letters (due_at);
