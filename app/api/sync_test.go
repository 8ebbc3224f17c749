package api

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"patio/backend/crm"
	"patio/backend/store"
)

func TestRecordsAreNamedByWhomTheyAreAbout(t *testing.T) {
	ctx := context.Background()
	d := newDesk(t, t.TempDir())
	v, _ := d.reviewed(d.file("leads.csv", "Nome;Celular\nAna;(11) 98527-0593\n"))
	id, err := d.sheets.Confirm(v.JobID)
	if err != nil {
		t.Fatal(err)
	}
	d.until(id, settled)
	rows, _, err := d.store.List(ctx, crm.ListRequest{Sort: crm.SortName, Limit: 10})
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	lead, contact := rows[0].ID, rows[0].ContactID
	activity := crm.Activity{ID: d.store.NewID(), LeadID: lead, Kind: "note", Body: "Liga à tarde"}
	friend := crm.Contact{ID: d.store.NewID(), Type: "person", Name: "Bruno"}
	_, err = d.store.Transact(ctx, store.Op{Label: "activity.note"}, func(tx *store.Tx) error {
		if err := store.Put(tx, &friend); err != nil {
			return err
		}
		return store.Put(tx, &activity)
	})
	if err != nil {
		t.Fatal(err)
	}
	a := NewSync(d.store, nil)
	got, err := a.Customers([]RecordRef{
		{"leads", lead}, {"contacts", contact}, {"activities", activity.ID}, {"contacts", friend.ID},
		{"leads", d.store.NewID()}, {"tags", d.store.NewID()}, {"", ""},
	})
	ana := Customer{"Ana", lead}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Customer{ana, ana, ana, {Name: "Bruno"}, {}, {}, {}}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := a.Customers([]RecordRef{{"leads", "no id"}}); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("no id: %v", err)
	}
}
