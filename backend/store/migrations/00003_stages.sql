-- +goose Up

-- Columns that come later are never NOT NULL: rows of before are shorter, and
-- a salvage reads them as they lie.
ALTER TABLE stages ADD COLUMN color TEXT;          -- a token of the palette; NULL or '' for none
ALTER TABLE stages ADD COLUMN probability INTEGER; -- of a sale, in percent; NULL or 0: nobody said
ALTER TABLE reasons ADD COLUMN pos INTEGER;        -- among those of its kind; NULL or 0: nobody put them in order

-- +goose Down
SELECT 1;
