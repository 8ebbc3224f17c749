package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"patio/backend/crm"
)

// childRole is set in processes that the tests start of this same binary.
const childRole = "PATIO_STORE_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childRole); role != "" {
		os.Exit(runChild(role))
	}
	goleak.VerifyTestMain(m)
}

// size answers how often a long test repeats: an environment variable, or few.
func size(t testing.TB, name string, few int) int {
	t.Helper()
	n := few
	if v := os.Getenv(name); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil {
			t.Fatalf("%s=%s: %v", name, v, err)
		}
	}
	t.Logf("%s=%d", name, n)
	return n
}

// seeded answers randomness whose seed the test prints; PATIO_SEED repeats one.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if v := os.Getenv("PATIO_SEED"); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("PATIO_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func openDir(dir string) (*Store, error) {
	return Open(context.Background(), Config{Dir: dir, Log: zerolog.Nop()})
}

// openAt opens a folder's store and closes it at the test's end unless the
// test did.
func openAt(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := openDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

func closeStore(t testing.TB, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// wantCode fails the test unless err bears a code.
func wantCode(t testing.TB, err error, code crm.Code) {
	t.Helper()
	if crm.CodeOf(err) != code {
		t.Fatalf("got %v, want code %q", err, code)
	}
}

// fill makes leads with contacts, phones, tags, activities and marks, some of
// them edited or deleted afterwards, and answers their ids.
func fill(t testing.TB, s *Store, r *rand.Rand, n int) []string {
	t.Helper()
	ctx := context.Background()
	tag := NamedID(crm.KindTag, "troca")
	user := "01900000-0000-7000-8000-00000000ab01"
	if _, err := s.Transact(ctx, Op{Label: "setup"}, func(tx *Tx) error {
		if err := Put(tx, &crm.Tag{ID: tag, Name: "troca", Color: "amber"}); err != nil {
			return err
		}
		for target, id := range map[string]string{crm.TargetLead: leadField, crm.TargetContact: contactField} {
			f := crm.Field{ID: id, Target: target, Type: crm.FieldChoice, Name: "Cor preferida", Pos: 1, Choices: []crm.Entry{{Key: tag, Label: "Azul"}}}
			if err := Put(tx, &f); err != nil {
				return err
			}
		}
		return Put(tx, &crm.User{ID: user, Name: "Rosângela", Role: "seller"})
	}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for len(ids) < n {
		done, err := s.Transact(ctx, Op{Label: "lead.create"}, func(tx *Tx) error {
			for range min(25, n-len(ids)) {
				if err := putLead(tx, r, tag, user); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, done.IDs...)
	}
	edit(t, s, r, ids, n/3)
	return ids
}

// Custom fields that fill makes, and the leads and contacts of it hold.
const (
	leadField    = "01900000-0000-7000-8000-00000000ab02"
	contactField = "01900000-0000-7000-8000-00000000ab03"
)

func putLead(tx *Tx, r *rand.Rand, tag, user string) error {
	phone := fmt.Sprintf("+55119%08d", r.IntN(1e8))
	c := crm.Contact{Type: "person", Name: fmt.Sprintf("Conceição %d", r.IntN(1e9)), City: "Sorocaba", CreatedAt: tx.Now,
		Phones: []crm.Entry{{Key: phone}, {Key: fmt.Sprintf("+55153%07d", r.IntN(1e7)), Label: "trabalho", Pos: 1}},
		Emails: []crm.Entry{{Key: fmt.Sprintf("c%d@example.com", r.IntN(1e9))}},
		Values: []crm.FieldValue{{FieldID: contactField, Value: fmt.Sprint(r.IntN(1e6))}}}
	if err := Put(tx, &c); err != nil {
		return err
	}
	stage := crm.ReadyPipelines()[0].Stages[r.IntN(4)].ID
	l := crm.Lead{ContactID: c.ID, StageID: stage, Rank: fmt.Sprintf("a%06d", r.IntN(1e6)), StageSince: tx.Now, OwnerID: user, ShopID: crm.ReadyShop,
		ValueCents: int64(r.IntN(9e6)), Currency: "BRL", Vehicle: "Fiat Argo", Plate: fmt.Sprintf("ABC%dD%02d", r.IntN(10), r.IntN(100)),
		CreatedAt: tx.Now, CreatedVia: crm.ViaManual, CreatedNote: fmt.Sprintf("%0*d", r.IntN(1500), 7)}
	if r.IntN(3) == 0 {
		l.Tags = []string{tag}
		l.Values = []crm.FieldValue{{FieldID: leadField, Value: fmt.Sprintf("Prata %d", r.IntN(9))}}
	}
	if err := Put(tx, &l); err != nil {
		return err
	}
	for range r.IntN(3) {
		a := crm.Activity{LeadID: l.ID, Kind: crm.ActivityCall, Title: "Ligar", Body: fmt.Sprintf("%0*d", r.IntN(6000), 5), UserID: user, CreatedAt: tx.Now, CreatedBy: user}
		if r.IntN(2) == 0 {
			a.DueDay = "2026-11-30"
		} else {
			a.DoneAt = tx.Now
		}
		if err := Put(tx, &a); err != nil {
			return err
		}
	}
	if r.IntN(2) == 0 {
		return Put(tx, &crm.Mark{ID: MarkID(l.ID), LeadID: l.ID, SeenAt: tx.Now})
	}
	return nil
}

// edit changes n of the leads, one operation each.
func edit(t testing.TB, s *Store, r *rand.Rand, ids []string, n int) {
	t.Helper()
	for range n {
		id := ids[r.IntN(len(ids))]
		if _, err := s.Transact(context.Background(), Op{Label: "lead.update"}, func(tx *Tx) error {
			l, err := Get[crm.Lead](tx, id)
			if crm.CodeOf(err) == crm.CodeNotFound {
				return nil
			}
			if err != nil {
				return err
			}
			if r.IntN(20) == 0 {
				return Delete[crm.Lead](tx, id)
			}
			l.ValueCents, l.Subject = int64(r.IntN(9e6)), fmt.Sprintf("Assunto %d", r.IntN(1e6))
			l.Values = []crm.FieldValue{{FieldID: leadField, Value: pick(r, []string{"", "Azul", "-12.5"})}}
			if r.IntN(4) == 0 {
				c, err := Get[crm.Contact](tx, l.ContactID)
				if err != nil {
					return err
				}
				c.Phones = append(c.Phones, crm.Entry{Key: fmt.Sprintf("+55219%08d", r.IntN(1e8)), Pos: int64(len(c.Phones))})
				if err := Put(tx, c); err != nil {
					return err
				}
			}
			return Put(tx, l)
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// contents reads every record of the store: table, id → values as text.
func contents(t testing.TB, s *Store) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, tab := range s.tables {
		list, err := readAll(context.Background(), s, tab, "1")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			out[tab.name+" "+f.id] = synced(tab, f)
		}
	}
	return out
}

// synced shows what is synced of a record; derived fields are left out.
func synced(tab *table, f found) string {
	v := clone(f.v)
	for _, c := range tab.columns {
		if c.fid == 0 {
			v.Field(c.field).SetZero()
		}
	}
	sets := ""
	for _, set := range tab.sets {
		m := elements(set, v)
		for _, k := range sorted(m) {
			sets += fmt.Sprintf(" %s=%s", k, m[k])
		}
		v.Field(set.field).Set(reflect.Zero(v.Field(set.field).Type()))
	}
	return fmt.Sprintf("dead=%v %+v%s", f.dead, v.Interface(), sets)
}
