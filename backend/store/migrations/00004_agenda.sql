-- +goose Up

-- What the agenda asks of an activity beside its own fields. Nullable, as all
-- that comes later: a salvage reads rows of before as they lie.
ALTER TABLE activities ADD COLUMN agenda INTEGER; -- derived: ms UTC of the hour, or minus the day's number since 1970; 0 while its lead is off the boards
ALTER TABLE activities ADD COLUMN shop INTEGER;   -- derived: the lead's shop, while agenda isn't 0

UPDATE guard SET open = 1 WHERE one = 1;
UPDATE activities SET shop = 0, agenda = CASE WHEN deleted = 0 AND EXISTS (SELECT 1 FROM leads l WHERE l.id = lead_id AND l.live = 1) THEN
  CASE WHEN due_at > 0 THEN due_at WHEN date(due_day) = due_day AND due_day > '1970-01-01' THEN -CAST(julianday(due_day) - 2440587.5 AS INTEGER) ELSE 0 END
  ELSE 0 END;
UPDATE activities SET shop = (SELECT l.shop FROM leads l WHERE l.id = lead_id) WHERE agenda <> 0;
UPDATE guard SET open = 0 WHERE one = 1;

-- +goose Down
SELECT 1;
