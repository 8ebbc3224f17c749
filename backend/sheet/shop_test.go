package sheet

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
)

func saoPaulo(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func mustOpen(t testing.TB, path string) *Sheet {
	t.Helper()
	s, err := Open(t.Context(), path, Options{Dir: folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// parseAll parses every row under the suggested mapping.
func parseAll(t testing.TB, s *Sheet) []Result {
	t.Helper()
	m := s.Suggest()
	if err := m.Check(); err != nil {
		t.Fatal(err)
	}
	p := NewParser(s, m, Reading{Zone: saoPaulo(t), Region: "BR"})
	var all []Result
	for row, err := range s.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p.Parse(row))
	}
	return all
}

func TestTheShopsSheetIsCountedAsItsTruthSays(t *testing.T) {
	text, err := os.ReadFile("testdata/planilha-loja.truth.json")
	if err != nil {
		t.Fatal(err)
	}
	truth := map[string]int{}
	if err := json.Unmarshal(text, &truth); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, "testdata/planilha-loja.csv")
	if s.Encoding != Windows1252 || s.Separator != ";" || s.HeaderLine != 1 {
		t.Errorf("found %s, separator %q, header in line %d", s.Encoding, s.Separator, s.HeaderLine)
	}
	got := map[string]int{"rows": s.Count, "blank": s.Blank}
	// The truth's duplicates: rows with a readable phone that a row above has
	// too, whether or not the row is refused for want of a name.
	seen := map[string]bool{}
	warned := map[crm.Code]int{}
	for _, r := range parseAll(t, s) {
		for _, why := range r.Refusals {
			switch why.Code {
			case crm.CodeRequired:
				got["no_name"]++
			case crm.CodeLeadContact:
				got["no_contact"]++
			}
		}
		for _, w := range r.Warnings {
			warned[w.Code]++
		}
		if keys := r.Lead.Keys().Phones; len(keys) > 0 {
			if seen[keys[0]] {
				got["duplicates"]++
			}
			seen[keys[0]] = true
		}
	}
	got["unique_phones"] = len(seen)
	if !maps.Equal(got, truth) {
		t.Errorf("counted %v, the truth is %v", got, truth)
	}
	t.Log("warnings:", warned)
}

func TestTheShopsSheetIsUnderstood(t *testing.T) {
	s := mustOpen(t, "testdata/planilha-loja.csv")
	want := []Field{FieldName, FieldPhone, FieldEmail, FieldVehicle, FieldPlate, FieldValue, FieldSource, FieldStage, FieldOwner, FieldCreated, FieldCity, FieldNotes}
	var got []Field
	for _, c := range s.Suggest() {
		got = append(got, c.Field)
	}
	if !slices.Equal(got, want) {
		t.Errorf("suggests %v, want %v", got, want)
	}
}
