package fields_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
)

var ctx = context.Background()

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(ctx, store.Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fresh(t *testing.T) *store.Store {
	t.Helper()
	s := open(t, t.TempDir())
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func field(t *testing.T, s *store.Store, id string) crm.Field {
	t.Helper()
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f := w.Field(id)
	if f == nil {
		t.Fatalf("no field %s in %+v", id, w.Fields)
	}
	return *f
}

func save(t *testing.T, s *store.Store, f crm.Field) crm.Field {
	t.Helper()
	done, err := fields.Save(ctx, s, f)
	if err != nil {
		t.Fatal(err)
	}
	return field(t, s, done.IDs[0])
}

func refused(t *testing.T, err error, code crm.Code, about string) {
	t.Helper()
	e, ok := err.(*crm.Error)
	if !ok || e.Code != code || e.Field != about {
		t.Errorf("%v, want %s of %s", err, code, about)
	}
}

func newLead(t *testing.T, s *store.Store) *crm.Lead {
	t.Helper()
	done, err := leads.Create(ctx, s, leads.New{Name: "Conceição", Phone: "11933334444"})
	if err != nil {
		t.Fatal(err)
	}
	return lead(t, s, done.IDs[0])
}

func lead(t *testing.T, s *store.Store, id string) *crm.Lead {
	t.Helper()
	l, err := store.Read[crm.Lead](ctx, s, id)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func set(s *store.Store, l *crm.Lead, f crm.Field, value string) error {
	_, err := leads.Update(ctx, s, l.ID, leads.Patch{Values: []crm.FieldValue{{FieldID: f.ID, Value: value}}})
	return err
}

func TestRenamingAChoiceKeepsWhatHasIt(t *testing.T) {
	s := fresh(t)
	f := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldChoice, Name: "Cor", Choices: []crm.Entry{{Label: "Azul"}, {Label: "Prata"}}})
	l := newLead(t, s)
	blue := f.Choices[0].Key
	if err := set(s, l, f, blue); err != nil {
		t.Fatal(err)
	}
	f.Choices[0].Label = "Azul-marinho"
	slices.Reverse(f.Choices)
	f = save(t, s, f)
	if f.Choices[1].Key != blue || f.Choices[1].Label != "Azul-marinho" || fields.Of(lead(t, s, l.ID).Values, f.ID) != blue {
		t.Errorf("%+v", f.Choices)
	}
	// "Azul" made again is another choice: the first bears another name by now.
	f.Choices = append(f.Choices, crm.Entry{Label: "Azul"})
	f = save(t, s, f)
	if len(f.Choices) != 3 || f.Choices[2].Key == blue {
		t.Errorf("%+v", f.Choices)
	}
	// One that is left out is offered no more and still names what has it.
	f.Choices = f.Choices[:1]
	f = save(t, s, f)
	i := slices.IndexFunc(f.Choices, func(c crm.Entry) bool { return c.Key == blue })
	if len(f.Choices) != 3 || i < 0 || f.Choices[i].Pos >= 0 || f.Choices[i].Label != "Azul-marinho" {
		t.Errorf("%+v", f.Choices)
	}
	_, err := fields.Save(ctx, s, crm.Field{ID: f.ID, Target: f.Target, Type: f.Type, Name: f.Name, Choices: []crm.Entry{{Label: "Azul"}, {Label: " AZUL "}}})
	refused(t, err, setup.CodeTaken, "choices")
}

func TestATypeNeverChanges(t *testing.T) {
	s := fresh(t)
	f := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: "Banco"})
	l := newLead(t, s)
	if err := set(s, l, f, "Itaú"); err != nil {
		t.Fatal(err)
	}
	asNumber := f
	asNumber.Type = crm.FieldNumber
	_, err := fields.Save(ctx, s, asNumber)
	refused(t, err, fields.CodeType, "type")
	// A field of the other type takes its name once the first is retired; each
	// keeps its own values.
	asNumber.ID = ""
	_, err = fields.Save(ctx, s, asNumber)
	refused(t, err, setup.CodeTaken, "name")
	f.Retired = true
	save(t, s, f)
	other := save(t, s, asNumber)
	if other.ID == f.ID || fields.Of(lead(t, s, l.ID).Values, f.ID) != "Itaú" || fields.Of(lead(t, s, l.ID).Values, other.ID) != "" {
		t.Errorf("%+v", lead(t, s, l.ID).Values)
	}
	// The first can't come back under a name that is taken by now.
	f.Retired = false
	_, err = fields.Save(ctx, s, f)
	refused(t, err, setup.CodeTaken, "name")
}

func TestARetiredFieldComesBackByItsName(t *testing.T) {
	s := fresh(t)
	f := save(t, s, crm.Field{Target: crm.TargetContact, Type: crm.FieldChoice, Name: "Profissão", Choices: []crm.Entry{{Label: "Médica"}}})
	f.Retired = true
	save(t, s, f)
	again := save(t, s, crm.Field{Target: crm.TargetContact, Type: crm.FieldChoice, Name: "profissão", Choices: []crm.Entry{{Label: "Motorista"}}})
	if again.ID != f.ID || again.Retired || len(again.Choices) != 2 {
		t.Errorf("%+v", again)
	}
	// One that was renamed is not taken over.
	again.Name = "Ofício"
	save(t, s, again)
	if other := save(t, s, crm.Field{Target: crm.TargetContact, Type: crm.FieldChoice, Name: "Profissão"}); other.ID == f.ID {
		t.Error("took another field over")
	}
}

func TestFieldsStandInTheirOrder(t *testing.T) {
	s := fresh(t)
	var ids []string
	for _, name := range []string{"Um", "Dois", "Três"} {
		ids = append(ids, save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: name}).ID)
	}
	slices.Reverse(ids)
	if _, err := fields.Order(ctx, s, ids); err != nil {
		t.Fatal(err)
	}
	order := func() (out []string) {
		w, err := s.Workspace(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range w.Fields {
			out = append(out, f.ID)
		}
		return out
	}
	if diff := cmp.Diff(ids, order()); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(ids)
	if diff := cmp.Diff(ids, order()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsRefusedNamesItsField(t *testing.T) {
	s := fresh(t)
	f := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldNumber, Name: "Parcelas"})
	required := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldBool, Name: "Tem troca", Required: true})
	gone := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: "Some"})
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	_, err := leads.Create(ctx, s, leads.New{Name: "Ana", Phone: "11933334444"})
	refused(t, err, crm.CodeRequired, fields.Key(required.ID))
	done, err := leads.Create(ctx, s, leads.New{Name: "Ana", Phone: "11933334444", Values: []crm.FieldValue{{FieldID: required.ID, Value: "0"}}})
	if err != nil {
		t.Fatal(err)
	}
	l := lead(t, s, done.IDs[0])
	refused(t, set(s, l, f, "quarenta"), fields.CodeNumber, fields.Key(f.ID))
	refused(t, set(s, l, required, ""), crm.CodeRequired, fields.Key(required.ID))
	refused(t, set(s, l, gone, "x"), fields.CodeGone, fields.Key(gone.ID))
	if _, err := leads.UpdateContact(ctx, s, l.ContactID, leads.ContactPatch{Values: []crm.FieldValue{{FieldID: f.ID, Value: "1"}}}); crm.CodeOf(err) != fields.CodeGone {
		t.Errorf("a lead's field on a contact: %v", err)
	}
	for about, f := range map[string]crm.Field{
		"name":    {Target: crm.TargetLead, Type: crm.FieldText, Name: "  "},
		"target":  {Target: "shop", Type: crm.FieldText, Name: "x"},
		"type":    {Target: crm.TargetLead, Type: "formula", Name: "x"},
		"choices": {Target: crm.TargetLead, Type: crm.FieldMulti, Name: "x", Choices: []crm.Entry{{Label: " "}}},
	} {
		_, err := fields.Save(ctx, s, f)
		if e, ok := err.(*crm.Error); !ok || e.Field != about {
			t.Errorf("%s: %v", about, err)
		}
	}
}

func TestAnEditOfAValueIsUndoneAfterARestartAndToldByName(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	f := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: "Banco"})
	other := save(t, s, crm.Field{Target: crm.TargetLead, Type: crm.FieldText, Name: "Agência"})
	l := newLead(t, s)
	for _, step := range []struct {
		f     crm.Field
		value string
	}{{f, "Itaú"}, {other, "0001"}, {f, "Bradesco"}} {
		if err := set(s, l, step.f, step.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	items, _, err := s.Timeline(ctx, l.ID, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]crm.FieldChange{{Field: fields.Key(f.ID), Old: "Itaú", New: "Bradesco"}}, items[0].Changes); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"Itaú 0001", "Itaú ", " "} {
		if _, err := s.Undo(ctx, nil); err != nil {
			t.Fatal(err)
		}
		values := lead(t, s, l.ID).Values
		if got := fields.Of(values, f.ID) + " " + fields.Of(values, other.ID); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	report, err := s.Verify(ctx)
	if err != nil || report.Count > 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestValuesAreKeptInOneForm(t *testing.T) {
	choices := []crm.Entry{{Key: "b"}, {Key: "a"}}
	for _, c := range []struct{ typ, typed, want string }{
		{crm.FieldText, "  duas   palavras ", "duas palavras"},
		{crm.FieldLong, " uma\r\nduas ", "uma\nduas"},
		{crm.FieldNumber, "-012.50", "-12.5"}, {crm.FieldNumber, "-0.0", "0"}, {crm.FieldNumber, "00", "0"},
		{crm.FieldMoney, "09990000", "9990000"}, {crm.FieldMoney, "-5", "-5"},
		{crm.FieldDate, "2026-02-28", "2026-02-28"},
		{crm.FieldBool, "1", "1"}, {crm.FieldBool, "0", "0"},
		{crm.FieldChoice, "a", "a"},
		{crm.FieldMulti, "b,a,b", "a,b"},
		{crm.FieldPhone, "(11) 98527-0593", "+5511985270593"},
		{crm.FieldURL, "Loja.com.br/Carro?x=1", "https://loja.com.br/Carro?x=1"}, {crm.FieldURL, "http://a.bc", "http://a.bc"},
	} {
		got, err := fields.CheckValue(crm.Field{Type: c.typ, Choices: choices}, c.typed)
		if err != nil || got != c.want {
			t.Errorf("%s %q: %q, %v; want %q", c.typ, c.typed, got, err, c.want)
		}
	}
	for _, c := range []struct {
		typ, typed string
		code       crm.Code
	}{
		{crm.FieldText, strings.Repeat("x", 301), crm.CodeTooLong},
		{crm.FieldNumber, "1.234,5", fields.CodeNumber}, {crm.FieldNumber, "1e9", fields.CodeNumber}, {crm.FieldNumber, "0.00001", fields.CodeNumber},
		{crm.FieldMoney, "1.50", format.CodeMoney}, {crm.FieldMoney, "999999999999999999", format.CodeMoney},
		{crm.FieldDate, "2026-02-29", format.CodeDate}, {crm.FieldDate, "28/02/2026", format.CodeDate},
		{crm.FieldBool, "sim", crm.CodeInvalid},
		{crm.FieldChoice, "c", fields.CodeChoice}, {crm.FieldMulti, "a,c", fields.CodeChoice}, {crm.FieldMulti, "a,", fields.CodeChoice},
		{crm.FieldPhone, "123", "phone.invalid"},
		{crm.FieldURL, "javascript:alert(1)", fields.CodeURL}, {crm.FieldURL, "ftp://a.bc", fields.CodeURL}, {crm.FieldURL, "https://localhost", fields.CodeURL},
		{crm.FieldURL, "https://banco.com@mau.example", fields.CodeURL}, {crm.FieldURL, "loja com", fields.CodeURL},
	} {
		got, err := fields.CheckValue(crm.Field{Type: c.typ, Choices: choices}, c.typed)
		if crm.CodeOf(err) != c.code {
			t.Errorf("%s %q: %q, %v; want %s", c.typ, c.typed, got, err, c.code)
		}
	}
}

// What was taken once is taken again, and stays as it is.
func TestTheFormOfAValueIsStable(t *testing.T) {
	choices := []crm.Entry{{Key: "a"}, {Key: "b"}, {Key: "c"}}
	rapid.Check(t, func(t *rapid.T) {
		f := crm.Field{Type: rapid.SampledFrom(crm.FieldTypes).Draw(t, "type"), Choices: choices}
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,6}(\.[0-9]{1,4})?`), rapid.StringMatching(`20[0-9]{2}-[01][0-9]-[0-3][0-9]`),
			rapid.StringMatching(`[abc](,[abc]){0,3}`), rapid.StringMatching(`(https?://)?[a-zA-Z0-9-]{1,9}\.[a-z]{2,4}(/[a-z%!()~]{0,9})?`), rapid.StringMatching(`\(?[1-9]{2}\)? ?9[0-9]{8}`)).Draw(t, "typed")
		once, err := fields.CheckValue(f, typed)
		if err != nil {
			return
		}
		twice, err := fields.CheckValue(f, once)
		if err != nil || twice != once {
			t.Fatalf("%s: %q became %q, and that %q (%v)", f.Type, typed, once, twice, err)
		}
	})
}
