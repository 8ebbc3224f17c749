package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"patio/backend/crm"
	"patio/backend/format"
)

// remembers says whether a lead holds every word, read off the rule in Find's
// comment: three letters anywhere, two where a word begins.
func (l naive) remembers(words []string) bool {
	texts := []string{format.Fold(l.contact.Name), format.Fold(l.contact.Company), format.Fold(l.Vehicle), format.Fold(l.Subject), strings.ToLower(l.contact.Document)}
	for _, e := range l.contact.Emails {
		texts = append(texts, e.Key)
	}
	for _, p := range l.contact.Phones {
		texts = append(texts, strings.TrimPrefix(p.Key, "+55"))
	}
	if l.Plate != "" {
		texts = append(texts, strings.ToLower(l.Plate), strings.ToLower(format.PlateKey(l.Plate)))
	}
	for _, word := range words {
		if !slices.ContainsFunc(texts, func(text string) bool {
			if utf8.RuneCountInString(word) < 3 {
				return strings.Contains(" "+text, " "+word)
			}
			return strings.Contains(text, word)
		}) {
			return false
		}
	}
	return true
}

func TestASearchFindsWhatANaiveOneFinds(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 120)
	words := rapid.SampledFrom([]string{"ana", "avila", "Ávi", "JOÃO", "ka", "Xu", "sá", "argo", "hr-v", "hr", "120", "acme", "padaria", "joao", "seguro",
		"example", "@exa", "ana.av", "xyz9", "abc", "9k99", "neill", "o'ne", "ller", "nc", "zzz", "an"})
	rapid.Check(t, func(rt *rapid.T) {
		typed := rapid.SliceOfN(words, 1, 3).Draw(rt, "words")
		text := strings.Join(typed, rapid.SampledFrom([]string{" ", "  "}).Draw(rt, "space"))
		hits, err := w.s.Find(ctx, text, MaxPage)
		if err != nil {
			rt.Fatal(err)
		}
		folded := format.Fold(text)
		wanted := strings.Fields(folded)
		// Digits alone are one number, however they are spaced.
		if strings.Trim(folded, "0123456789 ") == "" {
			wanted = []string{strings.Join(wanted, "")}
		}
		var want []naive
		for _, l := range w.leads {
			if strings.HasPrefix(format.Fold(l.contact.Name), folded) || l.remembers(wanted) {
				want = append(want, l)
			}
		}
		for _, h := range hits {
			if !slices.ContainsFunc(want, func(l naive) bool { return l.ID == h.Card.ID }) || h.Field == "" {
				rt.Fatalf("%q found %s by %q", text, h.Card.Name, h.Field)
			}
		}
		if len(hits) != len(want) {
			rt.Fatalf("%q found %d leads, want %d", text, len(hits), len(want))
		}
		named := slices.IndexFunc(hits, func(h Hit) bool { return !strings.HasPrefix(format.Fold(h.Card.Name), folded) })
		if named >= 0 && slices.ContainsFunc(hits[named:], func(h Hit) bool { return strings.HasPrefix(format.Fold(h.Card.Name), folded) }) {
			rt.Fatalf("%q: a name that starts with it stands behind one that doesn't", text)
		}
	})
}

// oneLead makes a store with a lead that has everything a search goes by.
func oneLead(t *testing.T) *Store {
	s := open(t)
	for _, name := range []string{"Antônio d'Ávila Müller", "Outro Qualquer"} {
		_, err := s.Transact(context.Background(), Op{Label: "lead.create"}, func(tx *Tx) error {
			c := crm.Contact{Name: name, Emails: []crm.Entry{{Key: "outro@example.org"}}}
			l := crm.Lead{StageID: firstStage, Rank: "a0"}
			if name[0] == 'A' {
				c.Company, c.Document = "Padaria São João", "52998224725"
				c.Phones = []crm.Entry{{Key: "+5511985270593"}, {Key: "+5555932104567", Pos: 1}, {Key: "+14155550132", Pos: 2}}
				c.Emails = []crm.Entry{{Key: "tonho@example.com"}, {Key: "vendas@padaria.example", Pos: 1}}
				l.Vehicle, l.Plate, l.Subject = "Ford Ka SE 2019/2020", "ABC1234", "Troca com troco"
			}
			if err := Put(tx, &c); err != nil {
				return err
			}
			l.ContactID = c.ID
			return Put(tx, &l)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestALeadIsFoundByWhatAPersonTypes(t *testing.T) {
	s := oneLead(t)
	for _, c := range []struct{ text, field string }{
		{"antonio", "name"}, {"ANTÔNIO D'Á", "name"}, {"müller", "name"}, {"muller anto", "name"}, {"a", "name"}, {"an", "name"}, {"antonio m", "name"},
		{"padaria sao", "company"}, {"tonho@", "email"}, {"padaria.example", "email"},
		{"(11) 98527-0593", "phone"}, {"98527 0593", "phone"}, {"+55 11 98527-0593", "phone"}, {"11 8527-0593", "phone"}, {"0593", "phone"},
		{"55 93210-4567", "phone"}, {"+1 415 555-0132", "phone"}, {"antonio 98527-0593", "name"},
		{"abc-1234", "plate"}, {"ABC1C34", "plate"}, {"abc1c", "plate"}, {"529.982.247-25", "document"}, {"ka", "vehicle"}, {"ford ka", "vehicle"},
		{"2019/2020", "vehicle"}, {"troco", "subject"},
	} {
		hits, err := s.Find(context.Background(), c.text, 10)
		if err != nil || len(hits) != 1 || hits[0].Field != c.field || hits[0].Card.Name != "Antônio d'Ávila Müller" {
			t.Errorf("%q: %+v, %v; want the lead by %s", c.text, hits, err, c.field)
		}
	}
	for _, text := range []string{"", "  ", "-", `"`, "zzz", "antonio zzz", "onta", "vila muller x", "nio ant xx", "outra", "*", "text:ant", "NEAR(a b)"} {
		hits, err := s.Find(context.Background(), text, 10)
		if err != nil || len(hits) != 0 {
			t.Errorf("%q: %+v, %v; want nothing", text, hits, err)
		}
	}
}

func TestALeadIsFoundByWhatItIsCalledNow(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	id := makeLead(t, s, "Ana Prado")
	find := func(text string, want int) {
		t.Helper()
		hits, err := s.Find(ctx, text, 10)
		if err != nil || len(hits) != want {
			t.Errorf("%q: %d hits, %v; want %d", text, len(hits), err, want)
		}
	}
	change := func(f func(tx *Tx, l *crm.Lead) error) {
		t.Helper()
		if _, err := s.Transact(ctx, Op{Label: "test"}, func(tx *Tx) error {
			l, err := Get[crm.Lead](tx, id)
			if err != nil {
				return err
			}
			return f(tx, l)
		}); err != nil {
			t.Fatal(err)
		}
	}
	find("prado", 1)
	change(func(tx *Tx, l *crm.Lead) error {
		c, err := Get[crm.Contact](tx, l.ContactID)
		if err != nil {
			return err
		}
		c.Name = "Ana Siqueira"
		return Put(tx, c)
	})
	find("prado", 0)
	find("siqueira", 1)
	change(func(tx *Tx, l *crm.Lead) error { l.ArchivedAt = 1; return Put(tx, l) })
	if hits, err := s.Find(ctx, "siqueira", 10); err != nil || len(hits) != 1 || hits[0].Card.ArchivedAt == 0 {
		t.Error("an archived lead is found as such:", hits, err)
	}
	change(func(tx *Tx, l *crm.Lead) error { return Delete[crm.Lead](tx, id) })
	find("siqueira", 0)
	find("ana", 0)
	if _, err := s.Undo(ctx, nil); err != nil {
		t.Fatal(err)
	}
	find("siqueira", 1)
}

func TestTheLimitHoldsAndEveryCandidateIsTried(t *testing.T) {
	ctx := context.Background()
	s := open(t)
	// The first holds the word; the others its trigrams only, in another order.
	makeLead(t, s, "Sr. abcd")
	for i := range 60 {
		makeLead(t, s, fmt.Sprintf("Sr. xabc bcdx %d", i))
	}
	hits, err := s.Find(ctx, "abcd", 5)
	if err != nil || len(hits) != 1 {
		t.Errorf("%d hits, %v; want the one behind sixty that only look like it", len(hits), err)
	}
	if hits, err = s.Find(ctx, "sr", 7); err != nil || len(hits) != 7 {
		t.Errorf("%d hits, %v; want 7", len(hits), err)
	}
}
