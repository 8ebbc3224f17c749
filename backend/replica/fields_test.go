package replica

import (
	"context"
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
	custom "patio/backend/fields"
	"patio/backend/leads"
)

func (p *pc) value(lead string, f crm.Field, value string) {
	p.w.t.Helper()
	p.w.now = p.w.now.Add(time.Second)
	p.must(leads.Update(context.Background(), p.s, lead, leads.Patch{Values: []crm.FieldValue{{FieldID: f.ID, Value: value}}}))
}

func (p *pc) field(name string) crm.Field {
	p.w.t.Helper()
	w, err := p.s.Workspace(context.Background())
	if err != nil {
		p.w.t.Fatal(err)
	}
	i := slices.IndexFunc(w.Fields, func(f crm.Field) bool { return f.Name == name })
	if i < 0 {
		p.w.t.Fatalf("PC %s has no field %s, but %+v", p.name, name, w.Fields)
	}
	return w.Fields[i]
}

func TestAFieldThatTwoPCsMakeIsOne(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	color := crm.Field{Target: crm.TargetLead, Type: crm.FieldChoice, Name: "Cor preferida", Choices: []crm.Entry{{Label: "Azul"}, {Label: "Prata"}}}
	a.must(custom.Save(ctx, a.s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: "Antes"}))
	a.must(custom.Save(ctx, a.s, color))
	color.Name, color.Choices = "cor  PREFERIDA", []crm.Entry{{Label: "prata"}, {Label: "Preto"}}
	b.must(custom.Save(ctx, b.s, color))
	a.value(lead, a.field("Cor preferida"), a.field("Cor preferida").Choices[1].Key)
	w.all()
	for _, p := range w.pcs {
		ws, err := p.s.Workspace(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(ws.Fields) != 2 {
			t.Fatalf("PC %s has %+v", p.name, ws.Fields)
		}
		f := ws.Fields[slices.IndexFunc(ws.Fields, func(f crm.Field) bool { return f.Type == crm.FieldChoice })]
		if len(f.Choices) != 3 || custom.Of(p.lead(lead).Values, f.ID) != a.lead(lead).Values[0].Value {
			t.Errorf("PC %s: %+v, %+v", p.name, f.Choices, p.lead(lead).Values)
		}
	}
	// Where the lists stand is nobody's to choose; how a name is written is.
	for _, c := range a.conflicts(2) {
		if c.Kind != "fields" || c.Field != "name" && c.Field != "choices" {
			t.Errorf("%+v", c)
		}
	}
	w.check()
}

func TestAValueThatTwoPCsWriteIsAConflictOfThatFieldAlone(t *testing.T) {
	ctx := context.Background()
	w, lead := shop(t, 2)
	a, b := w.pcs[0], w.pcs[1]
	for _, name := range []string{"Banco", "Loja", "Prazo"} {
		a.must(custom.Save(ctx, a.s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: name}))
	}
	bank, shop, term := a.field("Banco"), a.field("Loja"), a.field("Prazo")
	a.value(lead, shop, "Matriz")
	w.all()
	a.value(lead, bank, "Itaú")
	b.value(lead, bank, "Bradesco")
	b.value(lead, term, "48")
	a.value(lead, shop, "") // emptied against edited is a choice, too
	b.value(lead, shop, "Filial")
	w.all()
	list := a.conflicts(2)
	i := slices.IndexFunc(list, func(c crm.Conflict) bool { return c.Element == bank.ID })
	if i < 0 || list[i].Field != "values" || list[i].ID != lead || len(list[i].Values) != 2 {
		t.Fatalf("%+v", list)
	}
	shown := map[string]bool{}
	for _, v := range list[i].Values {
		shown[v.Value] = true
	}
	if !shown["Itaú"] || !shown["Bradesco"] {
		t.Errorf("%+v", list[i].Values)
	}
	for _, c := range list {
		loser := c.Values[1]
		a.must(a.s.ResolveConflict(ctx, lead, c.Key, loser.Write))
		if got := custom.Of(a.lead(lead).Values, c.Element); got != loser.Value {
			t.Errorf("chose %q, shows %q", loser.Value, got)
		}
	}
	w.all()
	b.conflicts(0)
	if custom.Of(b.lead(lead).Values, term.ID) != "48" || custom.Of(b.lead(lead).Values, bank.ID) != custom.Of(a.lead(lead).Values, bank.ID) {
		t.Errorf("%+v, %+v", a.lead(lead).Values, b.lead(lead).Values)
	}
	w.check()
}
