package store

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"patio/backend/crm"
)

// picture is everything that undo must bring back, as the readers see it.
func picture(t testing.TB, s *Store) map[string]any {
	t.Helper()
	ctx := context.Background()
	out := map[string]any{}
	for _, kind := range []crm.Kind{crm.KindContact, crm.KindLead, crm.KindActivity, crm.KindTag} {
		list, err := readAll(ctx, s, s.tables[kind], "deleted=0")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			out[fmt.Sprint(kind, r.id)] = r.v.Interface()
		}
	}
	rows, err := s.query(ctx, "SELECT tag,stage,owner,fresh,idle,n,cents FROM lead_totals WHERE n>0")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key totalKey
		var c counted
		if err := rows.Scan(&key.tag, &key.stage, &key.owner, &key.fresh, &key.idle, &c.n, &c.cents); err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprint("total", key)] = fmt.Sprint(c)
	}
	return out
}

// deleteAll deletes what earlier tries left, which is quicker than another store.
func deleteAll(t testing.TB, s *Store) {
	t.Helper()
	if _, err := s.Transact(context.Background(), Op{Label: "test.clear", NoUndo: true}, func(tx *Tx) error {
		for _, kind := range []crm.Kind{crm.KindActivity, crm.KindLead, crm.KindContact, crm.KindTag} {
			list, err := readAll(tx.ctx, s, s.tables[kind], "deleted=0")
			if err != nil {
				return err
			}
			for _, r := range list {
				if err := tx.remove(s.tables[kind], r.id); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestUndoingEverythingBringsTheBeginningBackAndRedoingTheEnd(t *testing.T) {
	ctx := context.Background()
	stages := crm.ReadyPipelines()[0].Stages
	s := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		deleteAll(t, s)
		tags := []string{NamedID(crm.KindTag, "troca"), NamedID(crm.KindTag, "vip")}
		ids := []string{makeLead(t, s, "Ana"), makeLead(t, s, "Bruno")}
		pictures := []map[string]any{picture(t, s)}
		for i := range rapid.IntRange(1, 12).Draw(rt, "operations") {
			id := rapid.SampledFrom(ids).Draw(rt, "lead")
			what := rapid.IntRange(0, 6).Draw(rt, "what")
			done, err := s.Transact(ctx, Op{Label: "test.step"}, func(tx *Tx) error {
				l, err := Get[crm.Lead](tx, id)
				if crm.CodeOf(err) == crm.CodeNotFound {
					return Put(tx, &crm.Tag{Name: fmt.Sprint("n", i)})
				}
				if err != nil {
					return err
				}
				switch what {
				case 0:
					l.StageID, l.Rank, l.StageSince = rapid.SampledFrom(stages).Draw(rt, "stage").ID, "a5", tx.Now
				case 1:
					l.ValueCents = rapid.Int64Range(0, 99).Draw(rt, "value")
				case 2:
					l.Tags = rapid.SampledFrom([][]string{nil, tags[:1], tags[1:], tags}).Draw(rt, "tags")
				case 3:
					return Delete[crm.Lead](tx, id)
				case 4:
					return Put(tx, &crm.Activity{LeadID: id, Kind: crm.ActivityTask, Title: "Ligar", DueAt: tx.Now + 1000, CreatedAt: tx.Now})
				case 5:
					c, err := Get[crm.Contact](tx, l.ContactID)
					if err != nil {
						return err
					}
					c.Name = rapid.SampledFrom([]string{"Ana", "Zé", "Íris"}).Draw(rt, "name")
					c.Phones = append(c.Phones[:0:0], crm.Entry{Key: rapid.SampledFrom([]string{"+5511911112222", "+5511933334444"}).Draw(rt, "phone")})
					return Put(tx, c)
				case 6:
					l.ArchivedAt = tx.Now - l.ArchivedAt
				}
				return Put(tx, l)
			})
			if err != nil {
				rt.Fatal(err)
			}
			if done.Undo {
				pictures = append(pictures, picture(t, s))
			}
		}
		for i := len(pictures) - 2; i >= 0; i-- {
			if done, err := s.Undo(ctx, nil); err != nil || done.Params["skipped"] != "" {
				rt.Fatal(done, err)
			}
			if d := cmp.Diff(pictures[i], picture(t, s)); d != "" {
				rt.Fatalf("after undo to %d: %s", i, d)
			}
		}
		for i := 1; i < len(pictures); i++ {
			if done, err := s.Redo(ctx, nil); err != nil || done.Params["skipped"] != "" {
				rt.Fatal(done, err)
			}
			if d := cmp.Diff(pictures[i], picture(t, s)); d != "" {
				rt.Fatalf("after redo to %d: %s", i, d)
			}
		}
		if _, err := s.Redo(ctx, nil); crm.CodeOf(err) != crm.CodeNothingToRedo {
			rt.Fatal("more to redo", err)
		}
	})
}

// Two pages that press Ctrl+Z at the same moment take two operations back, and
// none twice.
func TestUndosAtTheSameMomentTakeDifferentOperations(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, t.TempDir())
	const n = 12
	for i := range n {
		makeLead(t, s, fmt.Sprint("Lead ", i))
	}
	ended := make(chan error, 2*n)
	for range 2 * n {
		go func() {
			_, err := s.Undo(ctx, nil)
			ended <- err
		}()
	}
	undone, nothing := 0, 0
	for range 2 * n {
		switch err := <-ended; {
		case err == nil:
			undone++
		case crm.CodeOf(err) == crm.CodeNothingToUndo:
			nothing++
		default:
			t.Error(err)
		}
	}
	_, totals, err := s.List(ctx, crm.ListRequest{})
	if err != nil || totals.Count != 0 || undone != n || nothing != n {
		t.Errorf("%d leads left after %d undos and %d times nothing, %v", totals.Count, undone, nothing, err)
	}
	wantWhole(t, s)
}
