-- +goose Up

-- Columns that come later are never NOT NULL: rows of before are shorter, and
-- a salvage reads them as they lie.
ALTER TABLE stages ADD COLUMN color TEXT;          -- a token of the palette; NULL or '' for none
ALTER TABLE stages ADD COLUMN probability INTEGER; -- of a sale, in percent; NULL or 0: nobody said

-- +goose Down
SELECT 1;
