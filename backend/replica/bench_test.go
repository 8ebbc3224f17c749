package replica

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// BenchmarkFirstDownload takes in leads with their contacts, in pages as a hub
// sends them; PATIO_BENCH_LEADS says how many, else 2,000.
func BenchmarkFirstDownload(b *testing.B) {
	n := benchLeads(b)
	pages := pagesOf(b, n)
	for b.Loop() {
		b.StopTimer()
		s, err := store.Open(context.Background(), store.Config{Dir: b.TempDir(), Log: zerolog.Nop(), Grace: time.Hour})
		if err != nil {
			b.Fatal(err)
		}
		l := NewLocal(s)
		if err := l.Join(context.Background(), record.ID{1}, vv.FirstDevice+9); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := s.Load(context.Background(), func() error {
			for _, rows := range pages {
				if err := takePage(l, rows); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(2*n*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// benchLeads is how many leads a benchmark has.
func benchLeads(b *testing.B) int {
	text := os.Getenv("PATIO_BENCH_LEADS")
	if text == "" {
		return 2000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// takePage does what the client does with rows that are new.
func takePage(l *Local, rows []protocol.Row) error {
	return l.Update(context.Background(), func(tx client.Tx) error {
		if _, err := tx.Outside([]record.ID{{}, asID(crm.ReadyShop)}); err != nil {
			return err
		}
		for _, row := range rows {
			if h, err := tx.Held(row.ID); err != nil || h != nil {
				return errors.Join(err, fmt.Errorf("%x is held", row.ID))
			}
			state, err := record.Decode(row.State)
			if err != nil {
				return err
			}
			if err := tx.Save(&client.Held{ID: row.ID, Kind: row.Kind, Scopes: row.Scopes, State: *state, Hub: state.Seen, Seq: row.Seq}); err != nil {
				return err
			}
		}
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		return tx.SetMeta(m)
	})
}

// filled answers a store with n leads, each with a contact.
func filled(tb testing.TB, n int) *store.Store {
	tb.Helper()
	ctx := context.Background()
	s := openStore(tb, tb.TempDir())
	stages := crm.ReadyPipelines()[1].Stages
	for made := 0; made < n; made += 250 {
		if _, err := s.Transact(ctx, store.Op{Label: "import", Quiet: true, Bulk: true, NoUndo: true}, func(tx *store.Tx) error {
			for i := made; i < min(made+250, n); i++ {
				c := crm.Contact{Type: "person", Name: fmt.Sprintf("Conceição Ávila %d", i), City: "Sorocaba", CreatedAt: tx.Now, Phones: []crm.Entry{{Key: fmt.Sprintf("+55119%08d", i)}}, Emails: []crm.Entry{{Key: fmt.Sprintf("c%d@example.com", i)}}}
				if err := store.Put(tx, &c); err != nil {
					return err
				}
				l := crm.Lead{ContactID: c.ID, StageID: stages[i%3].ID, Rank: fmt.Sprintf("a%06d", i), StageSince: tx.Now, ShopID: crm.ReadyShop, ValueCents: int64(i) * 100, Currency: "BRL", Vehicle: "Fiat Argo 1.0",
					Plate: fmt.Sprintf("ABC%dD%02d", i%10, i%100), CreatedAt: tx.Now, CreatedVia: crm.ViaImport}
				if err := store.Put(tx, &l); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			tb.Fatal(err)
		}
	}
	return s
}

// pagesOf answers what a hub would send of n leads with their contacts.
func pagesOf(tb testing.TB, n int) (pages [][]protocol.Row) {
	tb.Helper()
	ctx := context.Background()
	s := filled(tb, n)
	ids, err := s.AllIDs(ctx, crm.KindContact)
	if err != nil {
		tb.Fatal(err)
	}
	more, err := s.AllIDs(ctx, crm.KindLead)
	if err != nil {
		tb.Fatal(err)
	}
	ids = sortedSet(append(ids, more...)) // as they were made
	for start := 0; start < len(ids); start += protocol.MaxRecords {
		var rows []protocol.Row
		if err := s.Sync(ctx, func(tx *store.SyncTx) error {
			for i, id := range ids[start:min(start+protocol.MaxRecords, len(ids))] {
				h, err := tx.Held(id)
				if err != nil {
					return err
				}
				rows = append(rows, protocol.Row{ID: id, Kind: h.Kind, Scopes: []record.ID{asID(crm.ReadyShop)}, Seq: uint64(start + i + 1), State: h.State.AppendValues(nil)})
			}
			return nil
		}); err != nil {
			tb.Fatal(err)
		}
		pages = append(pages, rows)
	}
	return pages
}

// BenchmarkSave is an edit of a lead, alone and as a replica of a workspace.
func BenchmarkSave(b *testing.B) {
	for _, joined := range []bool{false, true} {
		b.Run(fmt.Sprintf("joined=%v", joined), func(b *testing.B) {
			s := filled(b, 2000)
			if joined {
				if err := NewLocal(s).Join(context.Background(), record.ID{1}, vv.FirstDevice+9); err != nil {
					b.Fatal(err)
				}
			}
			ids, err := s.AllIDs(context.Background(), crm.KindLead)
			if err != nil {
				b.Fatal(err)
			}
			i := 0
			for b.Loop() {
				i++
				subject := fmt.Sprint("Assunto ", i)
				if _, err := leads.Update(context.Background(), s, store.IDText(ids[i*7%len(ids)]), leads.Patch{Subject: &subject}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkJoin renames all that a store holds; PATIO_BENCH_LEADS says how
// many leads, each with a contact.
func BenchmarkJoin(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := filled(b, benchLeads(b))
		b.StartTimer()
		if err := NewLocal(s).Join(context.Background(), record.ID{1}, vv.FirstDevice+9); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompare holds what a store has against its hub: what each side takes
// for its own sums, and both with all that lies between.
func BenchmarkCompare(b *testing.B) {
	ctx := context.Background()
	w := newWorld(b, 1, 0, false)
	w.calm = true
	p := &pc{w: w, name: "0", s: filled(b, benchLeads(b))}
	p.join()
	c := client.New(p.local(), wire{p}, p.clock)
	if _, err := c.Sync(ctx); err != nil {
		b.Fatal(err)
	}
	compare := func(b *testing.B) {
		if r, err := c.Sync(ctx, client.Compare); err != nil || r != (client.Result{}) || len(p.differing) > 0 {
			b.Fatalf("%+v, %v; %v differ", r, err, p.differing)
		}
	}
	compare(b)
	b.Run("both", func(b *testing.B) {
		for b.Loop() {
			compare(b)
		}
	})
	b.Run("hub", func(b *testing.B) {
		var ask protocol.Digest
		if err := p.local().Update(ctx, func(tx client.Tx) error {
			m, err := tx.Meta()
			ask = protocol.Digest{Ask: protocol.Ask{Protocol: protocol.Newest, Workspace: m.Workspace, Replica: m.Replica, Epoch: m.Epoch, Head: m.Head, Answered: m.Answered, Hash: m.Hash}, Sums: new(protocol.Sums).Encode()}
			return err
		}); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := w.hub.Digest(ctx, p.key, &ask); err != nil {
				b.Fatal(err)
			}
		}
	})
}
