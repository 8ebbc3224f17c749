package duplicates

import (
	"context"
	"slices"
	"strings"
	"testing"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/leads"
)

// found answers the pairs by the names of both, and why.
func (sh *shop) found() map[string][]Reason {
	sh.t.Helper()
	all, err := Find(ctx, sh.s, nil)
	if err != nil {
		sh.t.Fatal(err)
	}
	open, err := Open(ctx, sh.s, all)
	if err != nil {
		sh.t.Fatal(err)
	}
	out := map[string][]Reason{}
	for _, p := range open {
		names := []string{sh.contact(p.ContactID).Name, sh.contact(p.OtherID).Name}
		slices.Sort(names)
		out[strings.Join(names, " & ")] = p.Reasons
	}
	return out
}

func TestWhoIsThereTwiceIsFound(t *testing.T) {
	sh := newShop(t)
	document := func(l *crm.Lead, cpf string) {
		sh.must(leads.UpdateContact(ctx, sh.s, l.ContactID, leads.ContactPatch{Document: &cpf}))
	}
	sh.lead(leads.New{Name: "Ana Prado", Phone: "11 98527-0593"})
	sh.lead(leads.New{Name: "Ana P.", Phone: "11 8527-0593"}) // as WhatsApp knows it
	sh.lead(leads.New{Name: "Bia Reis", Email: "bia@example.com"})
	sh.lead(leads.New{Name: "Beatriz Reis", Email: "BIA@example.com", Phone: "62 3222-1111"})
	caio := sh.lead(leads.New{Name: "Caio", Phone: "62 3222-2222"})
	caius := sh.lead(leads.New{Name: "Caius Melo", Phone: "62 3222-3333"})
	document(caio, "529.982.247-25")
	document(caius, "52998224725")
	sh.lead(leads.New{Name: "João da Silva Souza", Phone: "62 3222-4444", Vehicle: "Onix LT"})
	sh.lead(leads.New{Name: "Joao Silva S.", Phone: "62 3222-5555", Vehicle: "ONIX LT"})
	sh.lead(leads.New{Name: "João Silva", Phone: "62 3222-6666", Vehicle: "Tracker"})
	// A couple with one phone, who are two for their documents.
	elias := sh.lead(leads.New{Name: "Elias Dias", Phone: "62 3222-7777"})
	eliane := sh.lead(leads.New{Name: "Eliane Dias", Phone: "62 3222-7777"})
	document(elias, "111.444.777-35")
	document(eliane, "935.411.347-80")
	// Nobody's any more.
	gone := sh.lead(leads.New{Name: "Ana Prado", Phone: "11 98527-0593"})
	sh.must(leads.Remove(ctx, sh.s, crm.Selection{IDs: []string{gone.ID}}, nil))

	want := map[string][]Reason{
		"Ana P. & Ana Prado": {ByPhone}, "Beatriz Reis & Bia Reis": {ByEmail}, "Caio & Caius Melo": {ByDocument},
		"Joao Silva S. & João da Silva Souza": {ByName},
	}
	got := sh.found()
	for names, why := range want {
		if !slices.Equal(got[names], why) {
			t.Errorf("%s: %v, want %v", names, got[names], why)
		}
	}
	if len(got) != len(want) {
		t.Errorf("found %v", got)
	}
}

func TestWhatWasDecidedIsNotAskedAgain(t *testing.T) {
	sh := newShop(t)
	ana := sh.lead(leads.New{Name: "Ana", Phone: "11 98527-0593"})
	bia := sh.lead(leads.New{Name: "Bia", Phone: "11 98527-0593"})
	caio := sh.lead(leads.New{Name: "Caio", Phone: "11 98527-0593"})
	if got := sh.found(); len(got) != 2 || got["Ana & Bia"] == nil || got["Ana & Caio"] == nil {
		t.Errorf("%v", got)
	}
	sh.must(Apart(ctx, sh.s, caio.ContactID, ana.ContactID))
	if got := sh.found(); len(got) != 2 || got["Ana & Bia"] == nil || got["Bia & Caio"] == nil {
		t.Errorf("Caio is not Ana: %v", got)
	}
	sh.must(Merge(ctx, sh.s, Choice{ContactID: ana.ContactID, OtherID: bia.ContactID}))
	if got := sh.found(); len(got) != 0 {
		t.Errorf("Caio is neither: %v", got)
	}
	sh.must(sh.s.Undo(ctx, nil))
	sh.must(sh.s.Undo(ctx, nil))
	if got := sh.found(); len(got) != 2 {
		t.Errorf("after undo: %v", got)
	}
}

func TestASearchIsCancelledAndTellsHowFarItIs(t *testing.T) {
	sh := newShop(t)
	sh.twice()
	ctx, cancel := context.WithCancel(ctx)
	last := 0
	if _, err := Find(ctx, sh.s, func(done, total int) {
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	}); err != nil || last == 0 {
		t.Errorf("%d, %v", last, err)
	}
	cancel()
	if _, err := Find(ctx, sh.s, nil); crm.CodeOf(err) != crm.CodeCancelled {
		t.Error(err)
	}
}

func TestNamesThatAreAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Ana Prado", "Ana Prado", true},
		{"Ana Prado", "Ana Maria Prado", true},
		{"Ana Prado", "Ana P.", true},
		{"Ana Prado", "Ana Pardo", true},
		{"João da Silva", "Joao Silva", true},
		{"Conceição Reis", "Conceicao Ries", true},
		{"Ana", "Ana Prado", false},
		{"Ana Prado", "Eva Prado", false},
		{"Ana Prado", "Ana Reis", false},
		{"A. Prado", "Ana Prado", false},
		{"Ana Lima", "Ana Lins", false},
		{"Ana Prado Reis", "Ana Reis Prado", false},
	} {
		if got := alike(nameWords(format.Fold(c.a)), nameWords(format.Fold(c.b))); got != c.want {
			t.Errorf("%s, %s: %v", c.a, c.b, got)
		}
		if got := alike(nameWords(format.Fold(c.b)), nameWords(format.Fold(c.a))); got != c.want {
			t.Errorf("%s, %s: %v", c.b, c.a, got)
		}
	}
}
