package leads

import (
	"errors"
	"testing"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/backend/store"
)

func TestWhatTheWorkspaceAsksForIsMissedByField(t *testing.T) {
	sh := newShop(t)
	w, err := sh.s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n := New{Name: "Conceição", Phone: "11 98527-0593"}
	fill := map[string]func(){
		"email":   func() { n.Email = "c@example.com" },
		"vehicle": func() { n.Vehicle = "Gol" }, "valueCents": func() { n.ValueCents = 1 },
		"sourceId": func() { n.SourceID = w.Sources[0].ID }, "ownerId": func() { n.OwnerID = w.Users[0].ID },
	}
	for _, field := range crm.Requirable() {
		if _, err := setup.SaveRule(ctx, sh.s, store.SettingRequired(field), "1"); err != nil {
			t.Fatal(err)
		}
	}
	for _, field := range crm.Requirable() {
		_, err := Create(ctx, sh.s, n)
		var e *crm.Error
		if !errors.As(err, &e) || e.Code != crm.CodeRequired || e.Field != field {
			t.Fatalf("without %s: %v", field, err)
		}
		fill[field]()
	}
	done, err := Create(ctx, sh.s, n)
	if err != nil {
		t.Fatal(err)
	}
	// A further lead of a contact without an e-mail is about another car.
	known, err := store.Read[crm.Lead](ctx, sh.s, done.IDs[0])
	if err != nil {
		t.Fatal(err)
	}
	n.Email, n.ContactID = "", known.ContactID
	if _, err := Create(ctx, sh.s, n); err != nil {
		t.Errorf("a further lead: %v", err)
	}
	// Where leads are about matters, the subject stands for the vehicle.
	n.Vehicle, n.StageID = "", crm.ReadyPipelines()[2].Stages[0].ID
	var e *crm.Error
	if _, err := Create(ctx, sh.s, n); !errors.As(err, &e) || e.Field != "subject" {
		t.Errorf("without a subject: %v", err)
	}
	n.Subject = "Documentos"
	if _, err := Create(ctx, sh.s, n); err != nil {
		t.Error(err)
	}
	// What is there already may lose them: editing asks for none.
	empty := ""
	if _, err := Update(ctx, sh.s, done.IDs[0], Patch{Vehicle: &empty}); err != nil {
		t.Error(err)
	}
}
