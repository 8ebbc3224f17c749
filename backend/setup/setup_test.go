package setup

import (
	"context"
	"slices"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/store"
)

var ctx = context.Background()

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, store.Config{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func workspace(t *testing.T, s *store.Store) *store.Workspace {
	t.Helper()
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTheFirstRunNamesShopPersonAndStagesInTheLanguage(t *testing.T) {
	for lang, stage := range map[string]string{"pt-BR": "Nova proposta", "en": "New proposal", "es": "Nueva propuesta"} {
		s := open(t)
		if err := Start(ctx, s, First{Language: lang, ShopName: " Dois  Irmãos ", UserName: "Carla"}); err != nil {
			t.Fatal(err)
		}
		w := workspace(t, s)
		if w.Shops[0].Name != "Dois Irmãos" || len(w.Users) != 1 || s.ActingUser() != w.Users[0].ID || w.Settings[store.SettingStarted] == "" {
			t.Errorf("%s: %+v, acting %q", lang, w, s.ActingUser())
		}
		found := false
		for _, st := range w.Stages {
			found = found || st.Name == stage
		}
		if !found || len(w.Stages) != 16 || len(w.Pipelines) != 3 {
			t.Errorf("%s: stages %+v", lang, w.Stages)
		}
	}
}

func TestTheFirstRunRefusesWhatIsMissingByField(t *testing.T) {
	s := open(t)
	for field, f := range map[string]First{
		"language": {Language: "fr", ShopName: "a", UserName: "b"},
		"shopName": {Language: "en", ShopName: " ", UserName: "b"},
		"userName": {Language: "en", ShopName: "a"},
	} {
		if err := Start(ctx, s, f); !fieldIs(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if w := workspace(t, s); w.Settings[store.SettingStarted] != "" || len(w.Users) != 0 {
		t.Errorf("a refused first run wrote %+v", w)
	}
}

func fieldIs(err error, field string) bool {
	e, ok := err.(*crm.Error)
	return ok && e.Field == field
}

func started(t *testing.T) *store.Store {
	t.Helper()
	s := open(t)
	if err := Start(ctx, s, First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"}); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestANameStandsOnceWhateverItsAccents(t *testing.T) {
	s := started(t)
	for _, save := range []func() error{
		func() error { _, err := SaveSource(ctx, s, crm.Source{Name: "indicacao"}); return err },
		func() error {
			_, err := SaveReason(ctx, s, crm.Reason{Kind: crm.StageLost, Name: "PREÇO"})
			return err
		},
	} {
		if err := save(); crm.CodeOf(err) != CodeTaken {
			t.Errorf("a second time: %v", err)
		}
	}
	one, err := SaveTag(ctx, s, crm.Tag{Name: "Feirão"})
	if err != nil {
		t.Fatal(err)
	}
	if one.IDs[0] != store.NamedID(crm.KindTag, "feirao") {
		t.Error("a tag's id doesn't derive from its folded name")
	}
	if _, err := SaveTag(ctx, s, crm.Tag{ID: one.IDs[0], Name: "Feirão de maio", Color: "amber"}); err != nil {
		t.Errorf("renaming: %v", err)
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if w := workspace(t, s); w.Tags[0].Name != "Feirão" || w.Tags[0].Color != "" {
		t.Errorf("after undo: %+v", w.Tags)
	}
}

func TestSomebodyIsAlwaysLeftToAct(t *testing.T) {
	s := started(t)
	carla := workspace(t, s).Users[0]
	carla.Retired = true
	if _, err := SaveUser(ctx, s, carla); crm.CodeOf(err) != CodeLastUser {
		t.Errorf("the last one retired: %v", err)
	}
	if _, err := SaveUser(ctx, s, crm.User{Name: "Wesley", Role: string(crm.RoleSeller)}); err != nil {
		t.Fatal(err)
	}
	if _, err := SaveUser(ctx, s, carla); crm.CodeOf(err) != CodeActing {
		t.Errorf("who acts retired: %v", err)
	}
	if _, err := SaveUser(ctx, s, crm.User{Name: "X", Role: "owner"}); !fieldIs(err, "role") {
		t.Errorf("an unknown role: %v", err)
	}
	if err := s.ActAs(ctx, s.NewID()); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("nobody acts: %v", err)
	}
}

func TestAShopsDetailsAreReadAsTyped(t *testing.T) {
	s := started(t)
	sh := workspace(t, s).Shops[0]
	sh.Phone, sh.Document, sh.Timezone = "(62) 3204-5721", "08.370.779/0001-49", "America/Manaus"
	if _, err := SaveShop(ctx, s, sh); err != nil {
		t.Fatal(err)
	}
	if got := workspace(t, s).Shops[0]; got.Phone != "+556232045721" || got.Document != "08370779000149" {
		t.Errorf("shop: %+v", got)
	}
	for _, edit := range []func(*crm.Shop){
		func(v *crm.Shop) { v.Phone = "123" }, func(v *crm.Shop) { v.Document = "11.111" },
		func(v *crm.Shop) { v.Timezone = "Mars/Olympus" }, func(v *crm.Shop) { v.Name = "" }, func(v *crm.Shop) { v.ID = "x" },
	} {
		bad := sh
		edit(&bad)
		if _, err := SaveShop(ctx, s, bad); err == nil {
			t.Errorf("saved %+v", bad)
		}
	}
}

func TestATemplateIsShownAndPutAway(t *testing.T) {
	s := started(t)
	if _, err := ShowPipeline(ctx, s, crm.PipelineReadySubject, true); err != nil {
		t.Fatal(err)
	}
	for _, p := range workspace(t, s).Pipelines {
		if p.ID == crm.PipelineReadySubject && p.Retired {
			t.Error("the template is still hidden")
		}
	}
	if _, err := ShowPipeline(ctx, s, crm.ReadyShop, true); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("a shop shown as a pipeline: %v", err)
	}
}

func TestReasonsAreOfferedInTheOrderInWhichTheyWerePut(t *testing.T) {
	s := started(t)
	names := func() (out []string) {
		for _, r := range workspace(t, s).Reasons {
			if r.Kind == crm.StageDiscarded && !r.Retired {
				out = append(out, r.Name)
			}
		}
		return out
	}
	ids := func(name string) string {
		return store.NamedID(crm.KindReason, crm.StageDiscarded+" "+name)
	}
	for i, name := range []string{"Sem interesse", "Não responde", "Contato inválido", "Duplicado"} {
		if _, err := PlaceReason(ctx, s, ids(name), i); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := SaveReason(ctx, s, crm.Reason{Kind: crm.StageDiscarded, Name: "Número não existe"}); err != nil {
		t.Fatal(err)
	}
	want := []string{"Sem interesse", "Não responde", "Contato inválido", "Duplicado", "Número não existe"}
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if _, err := PlaceReason(ctx, s, crm.ReadyShop, 0); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("a shop was placed: %v", err)
	}
}
