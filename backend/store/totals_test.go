package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"patio/backend/crm"
)

func TestCountersEqualARecount(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 20)
	r := w.r
	for step := range 200 {
		w.step()
		if step%20 == 19 {
			w.read()
			want, got := map[totalKey]counted{}, w.counters()
			for _, l := range w.leads {
				if l.ArchivedAt > 0 {
					continue
				}
				for _, tag := range append([]string{""}, l.Tags...) {
					key := totalKey{fresh: l.Fresh > 0, idle: l.NextDue == 0}
					key.tag, _ = w.s.findRef(tag)
					key.stage, _ = w.s.findRef(l.StageID)
					key.owner, _ = w.s.findRef(l.OwnerID)
					want[key] = counted{want[key].n + 1, want[key].cents + l.ValueCents}
				}
			}
			if d := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); d != "" {
				t.Fatalf("after step %d (-recount +counters): %s", step, d)
			}
		}
		if r.IntN(4) == 0 {
			if _, err := w.s.Undo(ctx, nil); err != nil {
				t.Fatal(err)
			}
			if r.IntN(2) == 0 {
				if _, err := w.s.Redo(ctx, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// step does something to a random lead, or makes one.
func (w *world) step() {
	r := w.r
	w.transact("test.step", func(tx *Tx) error {
		if r.IntN(5) == 0 || len(w.leads) == 0 {
			_, err := w.put(tx)
			return err
		}
		id := pick(r, w.leads).ID
		l, err := Get[crm.Lead](tx, id)
		if crm.CodeOf(err) == crm.CodeNotFound {
			return nil
		}
		if err != nil {
			return err
		}
		switch r.IntN(8) {
		case 0:
			l.StageID = pick(r, w.places)
		case 1:
			l.OwnerID, l.ValueCents = w.maybe(w.users), int64(r.IntN(9))
		case 2:
			l.Tags = w.tags[:r.IntN(len(w.tags)+1)]
		case 3:
			l.ArchivedAt = w.now.UnixMilli() - l.ArchivedAt
		case 4:
			return Delete[crm.Lead](tx, id)
		case 5:
			return Put(tx, &crm.Mark{ID: MarkID(id), LeadID: id, SeenAt: pick(r, []int64{-1, w.now.UnixMilli()})})
		case 6:
			return Put(tx, &crm.Activity{LeadID: id, Kind: crm.ActivityMessage, Inbound: true, DoneAt: w.now.UnixMilli()})
		default:
			return Put(tx, &crm.Activity{LeadID: id, Kind: crm.ActivityTask, DueAt: w.now.UnixMilli()})
		}
		return Put(tx, l)
	})
}

// counters reads the cells that count something.
func (w *world) counters() map[totalKey]counted {
	rows, err := w.s.query(context.Background(), "SELECT tag,stage,owner,fresh,idle,n,cents FROM lead_totals WHERE n<>0 OR cents<>0")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	out := map[totalKey]counted{}
	for rows.Next() {
		var k totalKey
		var c counted
		if err := rows.Scan(&k.tag, &k.stage, &k.owner, &k.fresh, &k.idle, &c.n, &c.cents); err != nil {
			w.t.Fatal(err)
		}
		out[k] = c
	}
	return out
}

func TestABreakdownCountsWhatMatchesByWhatIsKnown(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 120)
	filters := w.filters()
	rapid.Check(t, func(rt *rapid.T) {
		f := filters.Draw(rt, "filter")
		got, err := w.s.Breakdown(ctx, f)
		if err != nil {
			rt.Fatal(err)
		}
		want := crm.Breakdown{Timeframes: map[string]crm.Totals{}, Qualifications: map[string]crm.Totals{}}
		add := func(to map[string]crm.Totals, value string, cents int64) {
			if value != "" {
				t := to[value]
				to[value] = crm.Totals{Count: t.Count + 1, SumCents: t.SumCents + cents}
			}
		}
		for _, l := range w.wanted(f, byPlace) {
			add(want.Timeframes, l.Timeframe, l.ValueCents)
			add(want.Qualifications, l.Qualification, l.ValueCents)
		}
		if !reflect.DeepEqual(got, want) {
			rt.Fatalf("%+v, want %+v", got, want)
		}
	})
	for _, column := range []string{"timeframe", "qualification"} {
		m, err := w.s.filter(ctx, crm.Filter{PipelineID: crm.PipelineReadySales, OwnerIDs: w.users[:1]})
		if err != nil {
			t.Fatal(err)
		}
		query, args := m.breakdownSQL(column)
		if got := plan(t, w.s, query, args); !strings.Contains(got, "USING COVERING INDEX") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", column, got)
		}
	}
	for _, f := range []crm.Filter{{Timeframes: []string{""}}, {Qualifications: []string{"ligou duas vezes"}}} {
		if _, err := w.s.Count(ctx, f); crm.CodeOf(err) != crm.CodeInvalid {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
