-- The events of one change share their context: one of them holds it, the others name that one.
ALTER TABLE events ADD COLUMN context_of INTEGER;
CREATE INDEX events_context_of ON events (context_of) WHERE context_of IS NOT NULL;
