-- +goose Up

-- Nullable, as all that comes later: a salvage reads rows of before as they lie.
ALTER TABLE contacts ADD COLUMN company_id BLOB; -- the contact that is its company
ALTER TABLE leads ADD COLUMN referred_by BLOB;   -- the contact who brought it

-- +goose Down
SELECT 1;
