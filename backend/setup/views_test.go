package setup

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

func viewNames(t *testing.T, s *store.Store) []string {
	t.Helper()
	w, err := s.Workspace(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, v := range w.Views {
		names = append(names, v.Name)
	}
	return names
}

func filterText(t *testing.T, f crm.Filter) string {
	t.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestViewsAreKeptPlacedDeletedAndBroughtBack(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	hot := filterText(t, crm.Filter{PipelineID: "elsewhere", Timeframes: []string{crm.TimeframeNow}, Or: []crm.Filter{{Unread: true}, {Activity: "overdue"}}})
	ids := map[string]string{}
	for _, name := range []string{"Quentes", "Da loja", "Sem resposta"} {
		done, err := SaveView(ctx, s, crm.View{Name: name, PipelineID: crm.PipelineReadySales, Filter: hot, Shared: name == "Da loja"})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = done.IDs[0]
	}
	if got := viewNames(t, s); !slices.Equal(got, []string{"Quentes", "Da loja", "Sem resposta"}) {
		t.Fatalf("%q", got)
	}
	kept, err := store.Read[crm.View](ctx, s, ids["Quentes"])
	if err != nil {
		t.Fatal(err)
	}
	var f crm.Filter
	if err := json.Unmarshal([]byte(kept.Filter), &f); err != nil || f.PipelineID != "" || len(f.Or) != 2 || kept.UserID != s.ActingUser() {
		t.Errorf("%+v, %+v, %v", kept, f, err)
	}
	steps := []struct {
		do   func() (crm.Done, error)
		want []string
	}{
		{func() (crm.Done, error) { return PlaceView(ctx, s, ids["Sem resposta"], 0) }, []string{"Sem resposta", "Quentes", "Da loja"}},
		{func() (crm.Done, error) {
			return SaveView(ctx, s, crm.View{ID: ids["Quentes"], Name: "Para hoje", Filter: filterText(t, crm.Filter{Activity: "today"})})
		}, []string{"Sem resposta", "Para hoje", "Da loja"}},
		{func() (crm.Done, error) { return DeleteView(ctx, s, ids["Da loja"]) }, []string{"Sem resposta", "Para hoje"}},
	}
	before := [][]string{}
	for _, step := range steps {
		before = append(before, viewNames(t, s))
		done, err := step.do()
		if err != nil || !done.Undo {
			t.Fatalf("%+v, %v", done, err)
		}
		if got := viewNames(t, s); !slices.Equal(got, step.want) {
			t.Errorf("%s: %q", done.Label, got)
		}
	}
	for i := range slices.Backward(before) {
		if _, err := s.Undo(ctx, nil); err != nil {
			t.Fatal(err)
		}
		if got := viewNames(t, s); !slices.Equal(got, before[i]) {
			t.Errorf("undone to %q, was %q", got, before[i])
		}
	}
}

func TestAViewIsRefusedThatCouldNotBeShown(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	ok := crm.View{Name: "Quentes", PipelineID: crm.PipelineReadySales, Filter: "{}"}
	if _, err := SaveView(ctx, s, ok); err != nil {
		t.Fatal(err)
	}
	gone := filterText(t, crm.Filter{Fields: []crm.FieldFilter{{FieldID: crm.ReadyShop, Text: "x"}}})
	if _, err := SaveView(ctx, s, crm.View{Name: "De um campo que se foi", PipelineID: ok.PipelineID, Filter: gone}); err != nil {
		t.Errorf("a field that may yet come: %v", err)
	}
	for name, c := range map[string]struct {
		change func(*crm.View)
		want   crm.Code
	}{
		"no name":      {func(v *crm.View) { v.Name = " " }, crm.CodeRequired},
		"a name twice": {func(v *crm.View) { v.Name = "QUENTES" }, CodeTaken},
		"no filter":    {func(v *crm.View) { v.Filter = "" }, crm.CodeInvalid},
		"a wrong day":  {func(v *crm.View) { v.Filter = filterText(t, crm.Filter{CreatedFrom: "ontem"}) }, crm.CodeInvalid},
		"a wrong amount": {func(v *crm.View) {
			v.Filter = filterText(t, crm.Filter{Or: []crm.Filter{{Fields: []crm.FieldFilter{{FieldID: "valueCents", From: "dez"}}}}})
		}, crm.CodeInvalid},
		"no such pipeline": {func(v *crm.View) { v.PipelineID = crm.ReadyShop }, crm.CodeNotFound},
		"no such view":     {func(v *crm.View) { v.ID = crm.ReadyShop }, crm.CodeNotFound},
	} {
		v := ok
		v.Name = "Outra"
		c.change(&v)
		if _, err := SaveView(ctx, s, v); crm.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, do := range []func() (crm.Done, error){
		func() (crm.Done, error) { return PlaceView(ctx, s, crm.ReadyShop, 0) },
		func() (crm.Done, error) { return DeleteView(ctx, s, crm.ReadyShop) },
	} {
		if _, err := do(); crm.CodeOf(err) != crm.CodeNotFound {
			t.Errorf("%v", err)
		}
	}
}
