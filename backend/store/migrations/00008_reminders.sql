-- +goose Up

-- Nullable, as all that comes later: a salvage reads rows of before as they lie.
ALTER TABLE activities ADD COLUMN remind INTEGER; -- minutes before; -1 at the hour itself; NULL or 0: nobody is reminded

-- +goose Down
SELECT 1;
