package store

import (
	"context"
	"testing"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

func open(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), Config{Dir: t.TempDir(), Log: zerolog.Nop()})
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

const firstStage = "01900000-0000-7000-8000-000000000201"

func makeLead(t testing.TB, s *Store, name string) string {
	t.Helper()
	done, err := s.Transact(context.Background(), Op{Label: "lead.create"}, func(tx *Tx) error {
		c := crm.Contact{Name: name, Phones: []crm.Entry{{Key: "+5511985270593"}}}
		if err := Put(tx, &c); err != nil {
			return err
		}
		return Put(tx, &crm.Lead{ContactID: c.ID, StageID: firstStage, Rank: "a0", StageSince: tx.Now, ValueCents: 100, CreatedAt: tx.Now, CreatedVia: crm.ViaManual})
	})
	if err != nil {
		t.Fatal(err)
	}
	return done.IDs[0]
}

func TestALeadIsWrittenWithWhatIsDerivedFromIt(t *testing.T) {
	s := open(t)
	id := makeLead(t, s, "Antônio d’Ávila")
	l, err := Read[crm.Lead](context.Background(), s, id)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", l)
	if l.SortName != "antonio d'avila" && l.SortName != "antonio d’avila" {
		t.Errorf("sort name %q", l.SortName)
	}
}

func BenchmarkCreate(b *testing.B) {
	s := open(b)
	for b.Loop() {
		makeLead(b, s, "Antônio d’Ávila")
	}
}
