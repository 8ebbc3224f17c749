package store

import (
	"context"
	"hash/crc32"
	"testing"

	"patio/backend/crm"
)

// A database of before 00003 has shorter rows of stages, summed up without what
// they lack. They are read as empty, are no damage, and are written as ever.
func TestStagesOfAnOlderDatabaseAreWhole(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := openAt(t, dir)
	id := crm.ReadyPipelines()[0].Stages[0].ID
	before := must(Read[crm.Stage](ctx, s, id))
	state := must(s.state(ctx, id)).Append(nil)
	old := append([]byte{}, state...)
	for _, text := range []string{before.PipelineID, before.Name, before.Kind} {
		old = appendText(old, text)
	}
	old = append(old, 0, 0, 0, 0, 0, 0, 0, byte(before.Pos), 0, 0, 0, 0, 0, 0, 0, byte(before.StaleDays)) // as it was summed up then
	var digest int64
	if err := s.row(ctx, "SELECT digest FROM sync_records WHERE id=?", blob(id)).Scan(&digest); err != nil || digest != int64(crc32.Checksum(old, castagnoli)) {
		t.Fatalf("an empty column counts in the digest: %v", err)
	}
	for _, later := range []string{
		"ALTER TABLE stages DROP COLUMN color", "ALTER TABLE stages DROP COLUMN probability", "ALTER TABLE reasons DROP COLUMN pos",
		"DROP INDEX activities_remind", "ALTER TABLE activities DROP COLUMN remind",
		"DROP INDEX activities_all", "DROP INDEX activities_user", "DROP INDEX activities_due", "DROP INDEX activities_late",
		"ALTER TABLE activities DROP COLUMN agenda", "ALTER TABLE activities DROP COLUMN shop",
		"DROP TABLE purges",
		"DROP TABLE fields", "DROP TABLE field_choices", "DROP TABLE lead_values", "DROP TABLE contact_values",
		"DROP INDEX contacts_people", "ALTER TABLE contacts DROP COLUMN company_id",
		"DROP INDEX leads_referred", "ALTER TABLE leads DROP COLUMN referred_by",
		"DROP TABLE attachments", "DROP TABLE files",
		"DROP INDEX leads_person", "DROP TABLE pairs", "ALTER TABLE leads DROP COLUMN person",
		"DROP TABLE notes", "DROP TABLE notes_upto", "DROP TABLE notes_queue",
		"DROP TABLE views",
	} {
		if _, err := s.exec(ctx, later); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.exec(ctx, "DELETE FROM goose_db_version WHERE version_id>=3"); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)

	s = openAt(t, dir)
	if got := must(Read[crm.Stage](ctx, s, id)); *got != *before || s.Opened().Recovered != nil {
		t.Errorf("%+v, %+v", got, s.Opened())
	}
	if report := must(s.Verify(ctx)); len(report.Problems) > 0 {
		t.Errorf("%+v", report.Problems)
	}
	before.Color, before.Probability = "violet", 30
	must(s.Transact(ctx, Op{Label: "stage.save"}, func(tx *Tx) error { return Put(tx, before) }))
	if got := must(Read[crm.Stage](ctx, s, id)); *got != *before {
		t.Errorf("%+v", got)
	}
	must(s.Undo(ctx, nil))
	if got := must(Read[crm.Stage](ctx, s, id)); got.Color != "" || got.Probability != 0 {
		t.Errorf("after undo: %+v", got)
	}
	if report := must(s.Verify(ctx)); len(report.Problems) > 0 {
		t.Errorf("%+v", report.Problems)
	}
}

// What reads who stands in a stage finds it in an index.
func TestALeadsStageIsFoundByAnIndex(t *testing.T) {
	s := openAt(t, t.TempDir())
	wantPlan(t, "leads in", plan(t, s, "SELECT id FROM leads WHERE live=1 AND stage=? ORDER BY fresh DESC, rank, id LIMIT ?", []any{1, 10}), "leads_place", false)
}
