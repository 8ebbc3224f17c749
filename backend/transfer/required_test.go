package transfer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"patio/backend/crm"
	"patio/backend/setup"
	"patio/backend/store"
)

// An old sheet seldom has all that the shop asks for in new leads: its review
// says how many lack what, and they come in.
func TestRowsWithoutARequiredFieldAreCountedAndComeIn(t *testing.T) {
	s := openStore(t)
	for _, field := range []string{"vehicle", "sourceId"} {
		if _, err := setup.SaveRule(ctx, s, store.SettingRequired(field), "1"); err != nil {
			t.Fatal(err)
		}
	}
	sh := writeSheet(t, "Nome;Telefone;Veículo;Origem\nAna;11988887777;Gol;OLX\nBia;11988887778;;OLX\nCaio;11988887779;;\n")
	r, err := Preview(ctx, s, sh, sh.Suggest(), Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"vehicle": 2, "sourceId": 1}, r.Lacking); diff != "" || r.Refused != 0 {
		t.Error(diff)
	}
	if c := importAll(t, s, sh, Options{}); c.Created != 3 {
		t.Errorf("%+v", c)
	}
}

// A stage that is only shown until its leads were moved takes no import.
func TestADeletedStageTakesNoRows(t *testing.T) {
	s := openStore(t)
	stage := crm.ReadyPipelines()[0].Stages[1]
	if _, err := s.Transact(ctx, store.Op{Label: "test"}, func(tx *store.Tx) error {
		c := crm.Contact{Name: "Rui"}
		if err := store.Put(tx, &c); err != nil {
			return err
		}
		return store.Put(tx, &crm.Lead{ContactID: c.ID, StageID: stage.ID})
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Transact(ctx, store.Op{Label: "test"}, func(tx *store.Tx) error { return store.Delete[crm.Stage](tx, stage.ID) }); err != nil {
		t.Fatal(err)
	}
	sh := writeSheet(t, "Nome;Telefone;Etapa\nAna;11988887777;Em negociação\n")
	if _, err := Preview(ctx, s, sh, sh.Suggest(), Options{StageID: stage.ID}, nil); crm.CodeOf(err) != crm.CodeStageDeleted {
		t.Errorf("it is where rows go: %v", err)
	}
	r, err := Preview(ctx, s, sh, sh.Suggest(), Options{}, nil)
	if err != nil || len(r.NewRows) != 1 || r.NewRows[0].Lead.StageID == stage.ID {
		t.Errorf("a row names it: %+v %v", r.NewRows, err)
	}
}
