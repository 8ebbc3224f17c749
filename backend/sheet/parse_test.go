package sheet

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"patio/backend/crm"
	"patio/backend/format"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parseText opens text as a file and parses it under the suggested mapping.
func parseText(t testing.TB, text string) []Result {
	t.Helper()
	return parseAll(t, mustOpen(t, file(t, "a.csv", []byte(text))))
}

func TestARowBecomesALead(t *testing.T) {
	text := "Nome do cliente;Celular;E-mail;CPF;Veículo de interesse;Placa;Valor;Origem;Situação;Vendedor;Data do contato;Cidade;Etiquetas;Prazo;Observações;Cor preferida\n" +
		"  Ângela   Carvalho ;92 97152.5239;ANGELA@yahoo.com.br;529.982.247-25;VW Polo Highline;xns-1357;R$ 81.500,00;OLX;Em negociação;Tânia;23/05/2024 17:14;São Paulo;vip, frota;30 dias;só à vista;azul\n"
	got := parseText(t, text)[0]
	zone := saoPaulo(t)
	created, err := format.ParseDate("2024-05-23 17:14", format.DayFirst, zone)
	if err != nil {
		t.Fatal(err)
	}
	want := Lead{
		Name: "Ângela Carvalho", Phones: []Phone{{Phone: format.Phone{E164: "+5592971525239"}}}, Emails: []string{"angela@yahoo.com.br"},
		Document: format.Document{Kind: format.CPF, Value: "52998224725"}, City: "São Paulo",
		Vehicle: "VW Polo Highline", Plate: format.Plate{Text: "XNS1357", Key: "XNS1D57"}, Value: format.Money{Cents: 8150000, Currency: "BRL"},
		Stage: "Em negociação", Owner: "Tânia", Source: "OLX", Tags: []string{"vip", "frota"}, Timeframe: crm.TimeframeNow,
		Created: created, Notes: []string{"só à vista"}, Extra: []Note{{"Cor preferida", "azul"}},
	}
	if diff := cmp.Diff(want, got.Lead); diff != "" {
		t.Error(diff)
	}
	if len(got.Warnings) > 0 || got.Refused() {
		t.Errorf("%v %v", got.Warnings, got.Refusals)
	}
	if texts := got.Lead.NoteTexts(); !slices.Equal(texts, []string{"só à vista\nCor preferida: azul"}) {
		t.Errorf("%q", texts)
	}
}

func TestWhatCannotBeReadIsKeptAndTold(t *testing.T) {
	text := "Nome;Telefone;E-mail;CPF;Placa;Valor;Data;Prazo\n" +
		"Ana;(11) 9852;ana@b.co;123;ABC;a combinar;ontem;um dia\n" +
		"Bia;11985270593;ana(arroba)b;-;;;01/02/2026;\n"
	got := parseText(t, text)
	want := []Note{{"Telefone", "(11) 9852"}, {"CPF", "123"}, {"Placa", "ABC"}, {"Valor", "a combinar"}, {"Data", "ontem"}, {"Prazo", "um dia"}}
	if diff := cmp.Diff(want, got[0].Lead.Extra); diff != "" {
		t.Error(diff)
	}
	var codes []string
	for _, w := range got[0].Warnings {
		codes = append(codes, fmt.Sprintf("%s %s %s=%s", w.Code, w.Field, w.Params["column"], w.Params["value"]))
	}
	if diff := cmp.Diff([]string{"phone.invalid phone Telefone=(11) 9852", "document.invalid document CPF=123", "plate.invalid plate Placa=ABC",
		"money.invalid value Valor=a combinar", "date.invalid created Data=ontem", "timeframe.invalid timeframe Prazo=um dia"}, codes); diff != "" {
		t.Error(diff)
	}
	if got[0].Refused() || got[1].Refused() || len(got[1].Warnings) != 1 || got[1].Warnings[0].Code != format.CodeEmail {
		t.Errorf("%+v", got)
	}
}

func TestARowWithoutNameOrContactIsRefusedWithItsValue(t *testing.T) {
	text := "Nome;Telefone;E-mail\n;11985270593;\nAna;99999;\nBia;;\n-;-;não tem\nCaio;11985270593;\n"
	var got []string
	for _, r := range parseText(t, text) {
		line := ""
		for _, why := range r.Refusals {
			line += fmt.Sprintf("%s %s %s;", why.Code, why.Field, why.Params["value"])
		}
		got = append(got, line)
	}
	want := []string{"required name ;", "lead.needs_contact phone 99999;", "lead.needs_contact phone ;", "required name ;lead.needs_contact email não tem;", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestACellWithSeveralContactsGivesEach(t *testing.T) {
	one := func(e164, label string) Phone { return Phone{format.Phone{E164: e164}, label} }
	for cell, c := range map[string]struct {
		phones []Phone
		kept   bool // the cell goes to the notes as well
	}{
		"(11) 98527-0593 / (11) 3204-5721":  {[]Phone{one("+5511985270593", ""), one("+551132045721", "")}, false},
		"(11) 98527-0593 / 3204-5721":       {[]Phone{one("+5511985270593", ""), one("+551132045721", "")}, false},
		"11985270593 ou 11985270593":        {[]Phone{one("+5511985270593", "")}, false},
		"11985270593, 123":                  {[]Phone{one("+5511985270593", "")}, true},
		"(11) 98527-0593 (esposa)":          {[]Phone{one("+5511985270593", "esposa")}, false},
		"Maria: 11 98527-0593":              {[]Phone{one("+5511985270593", "Maria")}, false},
		"11 98527-0593 - Zé, 21 98527-0593": {[]Phone{one("+5511985270593", "Zé"), one("+5521985270593", "")}, false},
		"não tem":                           {nil, true},
		" / ":                               {nil, false},
	} {
		got := parseText(t, "Nome;Telefone;E-mail\nAna;\""+cell+"\";ana@b.co\n")[0]
		if diff := cmp.Diff(c.phones, got.Lead.Phones); diff != "" {
			t.Errorf("%q: %s", cell, diff)
		}
		if kept := len(got.Lead.Extra) > 0; kept != c.kept {
			t.Errorf("%q: kept %v", cell, got.Lead.Extra)
		}
	}
	got := parseText(t, "Nome;E-mail\nAna;ana@b.co; \nBia;\"bia@b.co, BIA@b.co / b@c.de\"\n")
	if !slices.Equal(got[1].Lead.Emails, []string{"bia@b.co", "b@c.de"}) || len(got[1].Warnings) > 0 {
		t.Errorf("%+v", got[1])
	}
}

func TestNamesAreJoinedFromTheirParts(t *testing.T) {
	for text, want := range map[string]string{
		"First Name,Last Name,Email\nZoë,O'Neil,a@b.co\n":              "Zoë O'Neil",
		"Nome,Sobrenome,E-mail\nAna,Lima,a@b.co\n":                     "Ana Lima",
		"Nome,Sobrenome,E-mail\nAna Lima,Lima,a@b.co\n":                "Ana Lima",
		"Last Name,Email\nLima,a@b.co\n":                               "Lima",
		"Empresa,Contato,E-mail\nAuto Ltda,Ana,a@b.co\n":               "Ana",
		"Empresa,Contato,E-mail\nAuto Ltda,,a@b.co\n":                  "Auto Ltda",
		"Marca,Modelo,Ano,Nome,Fone\nFiat,Argo,2020,Ana,11985270593\n": "Ana",
	} {
		if got := parseText(t, text)[0].Lead.Name; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := parseText(t, "Marca,Modelo,Ano,Nome,Fone\nFiat,Argo,2020,Ana,11985270593\n")[0].Lead.Vehicle; got != "Fiat Argo 2020" {
		t.Errorf("vehicle %q", got)
	}
}

func TestAColumnTellsTheOrderOfItsDates(t *testing.T) {
	for text, want := range map[string]string{
		"Nome;Fone;Data\nA;11985270593;05/08/2026\nB;11985270593;23/08/2026\n": "2026-08-05",
		"Nome;Fone;Data\nA;11985270593;05/08/2026\nB;11985270593;08/23/2026\n": "2026-05-08",
		"Nome;Fone;Data\nA;11985270593;05/08/2026\nB;11985270593;06/08/2026\n": "2026-08-05",
	} {
		if got := parseText(t, text)[0].Lead.Created.Day; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	s := mustOpen(t, file(t, "a.csv", []byte("Nome;Fone;Data\nA;11985270593;05/08/2026\n")))
	if !s.Profiles[2].OpenDates() {
		t.Error("dates that can be read both ways are not told")
	}
}

func TestKeysSayWhatIsTheSame(t *testing.T) {
	keys := func(phone, email, vehicle, plate string) Keys {
		r := parseText(t, "Nome;Fone;E-mail;Veículo;Placa\nAna;"+phone+";"+email+";"+vehicle+";"+plate+"\n")[0]
		return r.Lead.Keys()
	}
	a := keys("(11) 98527-0593", "ana@b.co", "Fiat Argo 1.0", "ABC1234")
	for _, c := range []struct {
		other            Keys
		contact, vehicle bool
	}{
		{keys("551185270593", "", "FIAT  Argo 1.0", ""), true, true},
		{keys("", "ANA@b.co", "VW Polo", "ABC1C34"), true, true},
		{keys("", "ana@b.co", "Fiat Argo 1.0", "ABC1D35"), true, false},
		{keys("21985270593", "x@b.co", "VW Polo", ""), false, false},
		{keys("11985270593", "", "", ""), true, true},
	} {
		if a.SameContact(c.other) != c.contact || c.other.SameContact(a) != c.contact {
			t.Errorf("%+v: contact %v", c.other, !c.contact)
		}
		if a.SameVehicle(c.other) != c.vehicle || c.other.SameVehicle(a) != c.vehicle {
			t.Errorf("%+v: vehicle %v", c.other, !c.vehicle)
		}
	}
}

func TestThePiecesOfOurOwnRestJoinAsTheyWere(t *testing.T) {
	content := written(t, CSV, []Cell{Text("Nome"), Text("Fone"), Text("Patio"), Text("Patio")},
		[]Cell{Text("Ana"), Text("11985270593"), Text(`{"a": `), Text(` "b"}`)})
	if got := parseText(t, string(content))[0].Lead.Rest; got != `{"a":  "b"}` {
		t.Errorf("%q", got)
	}
}

func TestLongTextsBecomeSeveralNotes(t *testing.T) {
	l := Lead{Notes: []string{"início", strings.Repeat("á", 2*noteLength+5)}, Extra: []Note{{"Cor", "azul"}}}
	texts := l.NoteTexts()
	for _, text := range texts {
		if _, err := crm.CheckText("note", text); err != nil {
			t.Error(err)
		}
	}
	if all := strings.Join(texts, ""); strings.Count(all, "á") != 2*noteLength+5 || !strings.HasSuffix(all, "Cor: azul") {
		t.Errorf("%d texts", len(texts))
	}
	if (&Lead{}).NoteTexts() != nil {
		t.Error("a lead without notes has some")
	}
}

// TestNothingThatARowSaysVanishes: whatever stands in a cell, the lead has its
// value or its notes have its text.
func TestNothingThatARowSaysVanishes(t *testing.T) {
	zone := saoPaulo(t)
	values := []string{"", "-", "Ana Lima", "11985270593", "(11) 9", "ana@b.co", "x@", "529.982.247-25", "123", "ABC1234", "ABC", "R$ 10,00", "muito", "05/08/2026", "ontem", "30 dias", "👍", "=1", strings.Repeat("x", 400)}
	rapid.Check(t, func(t *rapid.T) {
		fields := rapid.SliceOfN(rapid.SampledFrom(Fields()), 1, 8).Draw(t, "fields")
		cells := rapid.SliceOfN(rapid.SampledFrom(values), len(fields), len(fields)).Draw(t, "cells")
		s := &Sheet{Headers: make([]string, len(fields))}
		m := Mapping{}
		single := map[Field]bool{}
		for _, f := range fields {
			if single[f] && !f.Several() {
				f = FieldNote
			}
			single[f] = true
			m = append(m, Column{"", f})
		}
		r := NewParser(s, m, Reading{Zone: zone, Region: "BR"}).Parse(Row{Cells: cells})
		everything := fmt.Sprintf("%+v", r.Lead)
		for i, text := range cells {
			if m[i].Field == FieldIgnore || m[i].Field != FieldNotes && m[i].Field != FieldNote && dash(text) || text == "" {
				continue
			}
			kept := slices.Contains(r.Lead.Extra, Note{ColumnName(i), text})
			warned := slices.ContainsFunc(r.Warnings, func(w *crm.Error) bool { return w.Params["column"] == ColumnName(i) && w.Params["value"] == text })
			if kept != (warned || m[i].Field == FieldNote) {
				t.Fatalf("%s %q: kept %v, warned %v", m[i].Field, text, kept, warned)
			}
			if !kept && !strings.Contains(squeeze(everything), squeeze(parsedForm(m[i].Field, text))) {
				t.Fatalf("%s %q is neither in the lead nor in its notes: %s", m[i].Field, text, everything)
			}
		}
	})
}

// parsedForm is how a value shows in a printed lead once it was read.
func parsedForm(field Field, text string) string {
	switch field {
	case FieldPhone:
		return strings.TrimPrefix(text, "0")
	case FieldDocument:
		return strings.NewReplacer(".", "", "-", "").Replace(text)
	case FieldValue:
		return "Cents:"
	case FieldCreated, FieldArchived, FieldBirthday:
		return "2026-08-05"
	case FieldTimeframe:
		return crm.TimeframeNow
	case FieldTags:
		return strings.ReplaceAll(text, ",", " ") // parts it
	}
	return text
}

func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"(11) 98527-0593 / 3204-5721", "Maria: 11 98527-0593", "a@b.co; c@d.ef", "R$ 1.000,00", "05/08/2026 17:14", "=cmd|' /C calc'!A0", "''=x", "\u202e"} {
		f.Add(seed, 3)
	}
	zone := saoPaulo(f)
	all := Fields()
	f.Fuzz(func(t *testing.T, text string, n int) {
		field := all[((n%len(all))+len(all))%len(all)]
		s := &Sheet{Headers: []string{"Coluna"}}
		r := NewParser(s, Mapping{{"Coluna", field}}, Reading{Zone: zone, Region: "BR"}).Parse(Row{Cells: []string{text}})
		if len(r.Warnings) > 0 && (len(r.Lead.Extra) != 1 || r.Lead.Extra[0].Text != strings.TrimSpace(text)) {
			t.Errorf("%s %q: warned, and kept %v", field, text, r.Lead.Extra)
		}
		r.Lead.Keys()
		r.Lead.NoteTexts()
	})
}
