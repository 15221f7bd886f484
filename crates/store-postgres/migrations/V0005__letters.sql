-- Mails that are to go out, each kept with what it tells. Gone when it was sent or given up. `letter`: sealed.
CREATE TABLE letters (
  no     BIGINT PRIMARY KEY,
  shop   BIGINT NOT NULL,  -- 0: the operators
  at     BIGINT NOT NULL,
  letter BYTEA  NOT NULL,
  tries  BIGINT NOT NULL,
  due_at BIGINT NOT NULL
);
CREATE INDEX letters_due ON letters (due_at);
