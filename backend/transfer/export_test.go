package transfer

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"patio/backend/crm"
	"patio/backend/fields"
	"patio/backend/leads"
	"patio/backend/sample"
	"patio/backend/store"
)

// portrait is a lead with all it has, small entities by name, so that two
// workspaces can be compared.
func portrait(t *testing.T, s *store.Store) map[string]any {
	t.Helper()
	e, err := newExporter(ctx, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]any{}
	for _, archived := range []bool{false, true} {
		ids, err := s.SelectIDs(ctx, crm.Selection{Filter: &crm.Filter{Archived: archived}})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			l, err := store.Read[crm.Lead](ctx, s, id)
			if err != nil {
				t.Fatal(err)
			}
			c, err := store.Read[crm.Contact](ctx, s, l.ContactID)
			if err != nil {
				t.Fatal(err)
			}
			as, err := s.ActivitiesOf(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			for i := range as {
				as[i].UserID, as[i].CreatedBy = e.names[as[i].UserID], ""
			}
			l.OwnerID, l.CreatedBy = e.names[l.OwnerID], ""
			slices.Sort(l.Tags)
			for _, values := range [][]crm.FieldValue{l.Values, c.Values} {
				slices.SortFunc(values, func(a, b crm.FieldValue) int { return strings.Compare(a.FieldID, b.FieldID) })
			}
			out[id] = fmt.Sprintf("%+v\n%+v\n%+v\n%s", *l, *c, as, e.tags(l.Tags))
		}
	}
	return out
}

// saveField makes a field and answers it as it is kept.
func saveField(t *testing.T, s *store.Store, f crm.Field) crm.Field {
	t.Helper()
	done, err := fields.Save(ctx, s, f)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return *w.Field(done.IDs[0])
}

// holdEverything gives a lead and its contact a value of every type of field.
func holdEverything(t *testing.T, s *store.Store, l *crm.Lead) {
	t.Helper()
	values := map[string]string{crm.FieldText: "=1+1; \"x\"", crm.FieldLong: "uma\noutra", crm.FieldNumber: "-1234.5", crm.FieldMoney: "9990001", crm.FieldDate: "2026-12-24",
		crm.FieldBool: "0", crm.FieldPhone: "+5511933334444", crm.FieldURL: "https://loja.com.br/a?b=(c)"}
	for _, typ := range crm.FieldTypes {
		f := saveField(t, s, crm.Field{Target: crm.TargetLead, Type: typ, Name: "Campo " + typ, Choices: []crm.Entry{{Label: "Azul; claro"}, {Label: "Prata"}}})
		value := values[typ]
		if crm.HasChoices(typ) {
			value = f.Choices[0].Key
		}
		if _, err := leads.Update(ctx, s, l.ID, leads.Patch{Values: []crm.FieldValue{{FieldID: f.ID, Value: value}}}); err != nil {
			t.Fatal(err)
		}
	}
	f := saveField(t, s, crm.Field{Target: crm.TargetContact, Type: crm.FieldText, Name: "Profissão"})
	if _, err := leads.UpdateContact(ctx, s, l.ContactID, leads.ContactPatch{Values: []crm.FieldValue{{FieldID: f.ID, Value: "Médica"}}}); err != nil {
		t.Fatal(err)
	}
	f.Retired = true
	saveField(t, s, f)
}

func TestAnExportOfEverythingComesBackTheSame(t *testing.T) {
	s := openStore(t)
	if _, err := sample.Add(ctx, s); err != nil {
		t.Fatal(err)
	}
	// What people write: a formula, quotes, lines, labels, an archived lead.
	done, err := leads.Create(ctx, s, leads.New{Name: `=HYPERLINK("x")`, Phone: "11 98527-0593", Email: "ana@uol.com.br", Company: `"Aspas"; e ponto`, Plate: "ABC1234", ValueCents: 1, Note: "linha 1\nlinha 2; \"x\""})
	if err != nil {
		t.Fatal(err)
	}
	v, err := store.Read[crm.Lead](ctx, s, done.IDs[0])
	if err != nil {
		t.Fatal(err)
	}
	phones := []crm.Entry{{Key: "11985270593", Label: "esposa"}, {Key: "+1 212 555 0123", Label: "-work"}}
	if _, err := leads.UpdateContact(ctx, s, v.ContactID, leads.ContactPatch{Phones: &phones}); err != nil {
		t.Fatal(err)
	}
	if _, err := leads.Create(ctx, s, leads.New{ContactID: v.ContactID, Vehicle: "+Fiat Argo", Note: "outra"}); err != nil {
		t.Fatal(err)
	}
	holdEverything(t, s, v)
	if _, err := leads.Archive(ctx, s, crm.Selection{IDs: done.IDs}, nil); err != nil {
		t.Fatal(err)
	}
	want := portrait(t, s)
	for _, kind := range []string{"csv", "xlsx"} {
		path := filepath.Join(t.TempDir(), "tudo."+kind)
		err := WriteFile(path, func(out io.Writer) error {
			w, err := NewWriter(kind, out, "Leads")
			if err != nil {
				return err
			}
			return Everything(ctx, s, w, Words{"hot": "quente", "warm": "morno", "cold": "frio"}, nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		other := openStore(t)
		c := importAll(t, other, openSheet(t, path), Options{})
		if c.Created != len(want) || c.Refused+c.Merged != 0 {
			t.Errorf("%s: %+v of %d leads", kind, c, len(want))
		}
		if d := cmp.Diff(want, portrait(t, other)); d != "" {
			t.Errorf("%s: %s", kind, d[:min(len(d), 3000)])
		}
		again := importAll(t, other, openSheet(t, path), Options{})
		if again.Merged != len(want) {
			t.Errorf("%s again: %+v", kind, again)
		}
		if d := cmp.Diff(want, portrait(t, other)); d != "" {
			t.Errorf("%s again: %s", kind, d[:min(len(d), 3000)])
		}
	}
}

func TestAListIsExportedAsItIsShown(t *testing.T) {
	s := openStore(t)
	for _, n := range []leads.New{
		{Name: "Ana", Phone: "11985270593", Vehicle: "Fiat Argo", ValueCents: 66_500_00, Timeframe: crm.TimeframeNow},
		{Name: "=Bruno", Email: "b@x.com", ValueCents: 1},
	} {
		if _, err := leads.Create(ctx, s, n); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	w, err := NewWriter("csv", &out, "")
	if err != nil {
		t.Fatal(err)
	}
	columns := []Column{{"name", "Nome"}, {"phone", "Telefone"}, {"value", "Valor"}, {"timeframe", "Temperatura"}}
	if err := List(ctx, s, w, crm.ListRequest{Sort: crm.SortName}, columns, Words{"hot": "quente"}, nil); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(out.String(), "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	if d := cmp.Diff([]string{"Nome", "Telefone", "Valor", "Temperatura", "id"}, rows[0]); d != "" {
		t.Error(d)
	}
	if rows[1][0] == "=Bruno" || rows[2][1] != "(11) 98527-0593" || rows[2][2] != "66500,00" || rows[2][3] != "quente" || len(rows[2][4]) != 36 {
		t.Errorf("rows %q", rows[1:])
	}
	err = List(ctx, s, w, crm.ListRequest{}, []Column{{"rank; DROP TABLE leads", "x"}}, nil, nil)
	if crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("unknown column: %v", err)
	}
}

func TestAFileIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "leads.csv")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := WriteFile(path, func(w io.Writer) error {
		if _, err := w.Write([]byte("half")); err != nil {
			return err
		}
		return crm.NewError(crm.CodeCancelled, "")
	})
	if crm.CodeOf(err) != crm.CodeCancelled {
		t.Errorf("error %v", err)
	}
	text, err := os.ReadFile(path)
	entries, _ := os.ReadDir(dir)
	if string(text) != "old" || err != nil || len(entries) != 1 {
		t.Errorf("file holds %q, folder %v", text, entries)
	}
}
