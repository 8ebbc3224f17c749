-- +goose Up

-- Made again at every start, now with the pipeline where the lead stands.
DROP INDEX IF EXISTS leads_converted;

-- +goose Down
SELECT 1;
