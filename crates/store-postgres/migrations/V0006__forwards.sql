-- Webhooks that became active with more waiting for a retry than one transaction brings forward: the rest follows in steps.
CREATE TABLE forwards (
  target BIGINT PRIMARY KEY,
  since  BIGINT NOT NULL  -- when it became active
);
