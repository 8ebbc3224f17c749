package api

import (
	"context"
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

func TestAnImportIsTakenBackWhateverWasDoneSince(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, t.TempDir())
	history := NewHistory(d.store, d.sheets)
	v, _ := d.reviewed(d.file("leads.csv", "Nome;Celular\nAna;(11) 98527-0593\nBruno;(11) 98527-0594\nCarla;(11) 98527-0595\n"))
	id, err := d.sheets.Confirm(v.JobID)
	if err != nil {
		t.Fatal(err)
	}
	d.until(id, settled)
	rows, _, err := d.store.List(ctx, crm.ListRequest{Sort: crm.SortName, Limit: 10})
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	// Bruno is worked on afterwards: he stays.
	_, err = d.store.Transact(ctx, store.Op{Label: "lead.edit"}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, rows[1].ID)
		if err != nil {
			return err
		}
		l.ValueCents = 5_000_000
		return store.Put(tx, l)
	})
	if err != nil {
		t.Fatal(err)
	}
	done, err := history.UndoImport(id)
	if err != nil || done.Params["label"] != "import" || done.Params["skipped"] == "" {
		t.Fatalf("%+v %v", done, err)
	}
	names := func() (out []string) {
		rows, _, err := d.store.List(ctx, crm.ListRequest{Sort: crm.SortName, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range rows {
			out = append(out, c.Name)
		}
		return out
	}
	if got := names(); !slices.Equal(got, []string{"Bruno"}) {
		t.Errorf("left: %v", got)
	}
	if _, err := history.UndoImport(id); crm.CodeOf(err) != crm.CodeNothingToUndo {
		t.Errorf("again: %v", err)
	}
	if _, err := history.Redo(); err != nil {
		t.Fatal(err)
	}
	if got := names(); !slices.Equal(got, []string{"Ana", "Bruno", "Carla"}) {
		t.Errorf("after a redo: %v", got)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	told := 0
	for _, j := range d.jobs {
		if j.Kind == "undo" && j.State == JobDone && j.Done == j.Total && j.Total > 0 {
			told++
		}
	}
	if told != 2 {
		t.Errorf("progress of %d jobs reached its end, want the undo's and the redo's: %+v", told, d.jobs)
	}
}

func TestNothingIsTakenBackWhileAnImportRuns(t *testing.T) {
	d := newDesk(t, t.TempDir())
	history := NewHistory(d.store, d.sheets)
	held := make(chan struct{})
	if err := d.sheets.jobs.start(Job{ID: "one", Kind: "import"}, func(context.Context, func(func(*Job))) error { <-held; return nil }); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() (crm.Done, error){
		"undo": history.Undo, "redo": history.Redo, "import": func() (crm.Done, error) { return history.UndoImport(d.store.NewID()) },
	} {
		if _, err := call(); crm.CodeOf(err) != CodeImportRuns {
			t.Errorf("%s: %v", name, err)
		}
	}
	close(held)
	d.until("one", settled)
	if _, err := history.Redo(); crm.CodeOf(err) != crm.CodeNothingToRedo {
		t.Errorf("afterwards: %v", err)
	}
	if list := d.sheets.jobs.all(); len(list) != 1 {
		t.Errorf("jobs that were waited for are still listed: %+v", list)
	}
}

func TestACopyTellsHowManyLeadsItHolds(t *testing.T) {
	d := newDesk(t, t.TempDir())
	backups := NewBackups(d.store, d.files)
	v, _ := d.reviewed(d.file("leads.csv", "Nome;Celular\nAna;(11) 98527-0593\nBruno;(11) 98527-0594\n"))
	empty, err := backups.Make()
	if err != nil {
		t.Fatal(err)
	}
	id, err := d.sheets.Confirm(v.JobID)
	if err != nil {
		t.Fatal(err)
	}
	d.until(id, settled)
	two, err := backups.Make()
	if err != nil {
		t.Fatal(err)
	}
	for snapshot, want := range map[string]int{empty.ID: 0, two.ID: 2} {
		if n, err := backups.Leads(snapshot); err != nil || n != want {
			t.Errorf("%s: %d leads, %v; want %d", snapshot, n, err, want)
		}
	}
	for _, id := range []string{"", "../patio", empty.ID + "x"} {
		if _, err := backups.Leads(id); crm.CodeOf(err) != crm.CodeNotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
}
