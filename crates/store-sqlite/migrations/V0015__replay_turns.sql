-- One replay of a webhook runs at a time, the others wait. Its search may be ahead of what it makes due:
-- `seen` is how far that is.
ALTER TABLE replays ADD COLUMN scanned INTEGER NOT NULL DEFAULT 0;   -- events looked at
ALTER TABLE replays ADD COLUMN searched INTEGER NOT NULL DEFAULT 0;  -- up to this one
DROP INDEX replays_running;
UPDATE replays SET scanned = total, total = done, searched = seen;
UPDATE replays SET running = 2 WHERE running = 1 AND EXISTS
  (SELECT 1 FROM replays earlier
   WHERE earlier.target = replays.target AND earlier.running = 1 AND earlier.no < replays.no);
ALTER TABLE replays RENAME COLUMN running TO state;  -- 0 done, 1 running, 2 waiting
CREATE INDEX replays_running ON replays (shop, target) WHERE state = 1;
CREATE INDEX replays_waiting ON replays (target, no) WHERE state = 2;
