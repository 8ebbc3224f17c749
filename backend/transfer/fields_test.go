package transfer

import (
	"slices"
	"strings"
	"testing"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/leads"
	"patio/backend/sheet"
	"patio/backend/store"
)

func TestASheetFillsTheShopsFields(t *testing.T) {
	s := openStore(t)
	kept := map[string]crm.Field{}
	for name, typ := range map[string]string{"Parcelas": crm.FieldNumber, "Entrada": crm.FieldMoney, "Troca até": crm.FieldDate, "Tem troca": crm.FieldBool, "Opcionais": crm.FieldMulti, "Anúncio": crm.FieldURL} {
		kept[name] = saveField(t, s, crm.Field{Target: crm.TargetLead, Type: typ, Name: name, Choices: []crm.Entry{{Label: "Teto"}, {Label: "Couro"}}})
	}
	kept["Profissão"] = saveField(t, s, crm.Field{Target: crm.TargetContact, Type: crm.FieldText, Name: "Profissão", Required: true})
	sh := writeSheet(t, "Nome;Telefone;parcelas;ENTRADA;Troca ate;Tem troca;Opcionais;Anuncio Web;Profissão\n"+
		"Ana;11985270593;1.234,5;R$ 15.000,00;24/12/2026;Sim;teto, COURO;loja.com.br;Médica\n"+
		"Bia;11985270594;muitas;;;talvez;Som;;\n")
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	m := WithFields(w, sh.Suggest(), false)
	at := slices.IndexFunc(m, func(c sheet.Column) bool { return c.Header == "Anuncio Web" })
	m[at].Field = sheet.CustomField(kept["Anúncio"].ID)
	review, err := Preview(ctx, s, sh, m, Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(review.RefusedRows) > 0 {
		t.Errorf("%+v", review)
	}
	id, err := Begin(ctx, s, sh, m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(ctx, s, id, nil); err != nil {
		t.Fatal(err)
	}
	for _, l := range leadsOf(t, s) {
		lead, contact := l.Lead, l.Contact
		values := slices.Concat(lead.Values, contact.Values)
		want := map[string]string{}
		if contact.Name == "Ana" {
			want = map[string]string{"Parcelas": "1234.5", "Entrada": "1500000", "Troca até": "2026-12-24", "Tem troca": "1", "Anúncio": "https://loja.com.br", "Profissão": "Médica",
				"Opcionais": fields.Several([]string{kept["Opcionais"].Choices[0].Key, kept["Opcionais"].Choices[1].Key})}
		}
		for name, f := range kept {
			if got := fields.Of(values, f.ID); got != want[name] {
				t.Errorf("%s: %s is %q, want %q", contact.Name, name, got, want[name])
			}
		}
		if contact.Name != "Bia" {
			continue
		}
		// What no field could take is not lost.
		as, err := s.ActivitiesOf(ctx, lead.ID)
		if err != nil {
			t.Fatal(err)
		}
		notes := ""
		for _, a := range as {
			notes += a.Body
		}
		for _, text := range []string{"muitas", "talvez", "Som"} {
			if !strings.Contains(notes, text) {
				t.Errorf("%q isn't in the notes %q", text, notes)
			}
		}
	}
}

func TestASheetFillsOnlyEmptyFields(t *testing.T) {
	s := openStore(t)
	bank, term := saveField(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: "Banco"}), saveField(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldNumber, Name: "Prazo"})
	done, err := leads.Create(ctx, s, leads.New{Name: "Ana", Phone: "11985270593", Vehicle: "Gol", Values: []crm.FieldValue{{FieldID: bank.ID, Value: "Itaú"}}})
	if err != nil {
		t.Fatal(err)
	}
	sh := writeSheet(t, "Nome;Telefone;Veículo;Banco;Prazo\nAna;11985270593;Gol;Bradesco;48\n")
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	id, err := Begin(ctx, s, sh, WithFields(w, sh.Suggest(), false), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(ctx, s, id, nil); err != nil {
		t.Fatal(err)
	}
	l, err := store.Read[crm.Lead](ctx, s, done.IDs[0])
	if err != nil {
		t.Fatal(err)
	}
	if fields.Of(l.Values, bank.ID) != "Itaú" || fields.Of(l.Values, term.ID) != "48" {
		t.Errorf("%+v", l.Values)
	}
}

func TestAMappingToAFieldThatIsGone(t *testing.T) {
	s := openStore(t)
	gone := sheet.CustomField("01900000-0000-7000-8000-00000000dead")
	sh := writeSheet(t, "Nome;Telefone;Banco\nAna;11985270593;Itaú\n")
	m := sh.Suggest()
	m[2].Field = gone
	_, err := Begin(ctx, s, sh, m, Options{})
	if crm.CodeOf(err) != fields.CodeGone {
		t.Errorf("began: %v", err)
	}
	// One that is remembered of an earlier sheet goes to the notes.
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if m := WithFields(w, m, true); m[2].Field != sheet.FieldNote {
		t.Errorf("%+v", m)
	}
}
