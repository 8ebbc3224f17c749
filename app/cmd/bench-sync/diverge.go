package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/store"
	"patio/sync/client"
)

// apart is what two PCs edit while both are away: as the floor has it, the
// first edits a number of leads from the first on, the second as many from
// three quarters of that on; of those that both edit one half in other fields,
// one half in the same.
type apart struct {
	edits int
	owner string // whom the second gives leads to
}

func (a apart) shared() int { return a.edits * 3 / 4 } // the first that both edit
func (a apart) same() int   { return a.edits * 7 / 8 } // the first of which both edit one field
func (a apart) last() int   { return a.shared() + a.edits }
func (a apart) conflicts() int {
	return a.edits - a.same()
}

// first answers what the first PC writes to a lead.
func (a apart) first(i int) leads.Patch {
	text := fmt.Sprintf("ganho %d", i)
	if i >= a.shared() && i < a.same() {
		text = fmt.Sprintf("Onix LT %d", i)
		return leads.Patch{Vehicle: &text}
	}
	return leads.Patch{Subject: &text}
}

// second answers what the second PC does.
func (a apart) second(i int) leads.Patch {
	text := fmt.Sprintf("nota no lead %d", i)
	switch {
	case i >= a.edits:
		return leads.Patch{OwnerID: &a.owner}
	case i < a.same():
		return leads.Patch{ReasonNote: &text}
	}
	text = fmt.Sprintf("perdido %d", i)
	return leads.Patch{Subject: &text}
}

// diverge times how long two PCs that edited apart take to agree, from the
// moment when both are back, and fails unless nothing that either wrote is lost.
func (b *bench) diverge(ctx context.Context, first, second *pc, ids []string, edits int) error {
	w, err := second.store.Workspace(ctx)
	if err != nil {
		return err
	}
	a := apart{edits: edits, owner: w.Users[0].ID}
	if len(ids) < a.last() {
		return fmt.Errorf("%d leads are too few for %d edits", len(ids), edits)
	}
	for i := range edits {
		if _, err := leads.Update(ctx, first.store, ids[i], a.first(i)); err != nil {
			return err
		}
		if _, err := leads.Update(ctx, second.store, ids[a.shared()+i], a.second(a.shared()+i)); err != nil {
			return err
		}
	}
	took, records, err := converge(ctx, first, second)
	if err != nil {
		return err
	}
	for _, p := range []*pc{first, second} {
		if err := a.lost(ctx, p, ids); err != nil {
			return err
		}
	}
	return b.emit("diverge", row{"n": 2 * edits, "wall_s": took.Seconds(), "records": records, "conflicts": a.conflicts(), "lost": 0})
}

// converge lets both sync at once, again and again until neither has anything
// to tell; what the last time took, which moved nothing, doesn't count.
func converge(ctx context.Context, both ...*pc) (took time.Duration, records int, err error) {
	start := time.Now()
	for {
		did, failed := make([]client.Result, len(both)), make([]error, len(both))
		var working sync.WaitGroup
		for i, p := range both {
			working.Go(func() { did[i], _, failed[i] = p.agree(ctx) })
		}
		working.Wait()
		if err := errors.Join(failed...); err != nil {
			return 0, 0, err
		}
		moved := 0
		for _, r := range did {
			moved += r.Pushed + r.Pulled
		}
		if moved == 0 {
			return took, records, nil
		}
		took, records = time.Since(start), records+moved
	}
}

// lost fails when a PC shows another value than the one that was written, or
// lacks a conflict in which both values of a field stand.
func (a apart) lost(ctx context.Context, p *pc, ids []string) error {
	conflicts, err := p.store.Conflicts(ctx, len(ids))
	if err != nil {
		return err
	}
	both := map[string][]string{}
	for _, c := range conflicts {
		for _, v := range c.Values {
			both[c.ID] = append(both[c.ID], v.Value)
		}
	}
	if len(conflicts) != a.conflicts() {
		return fmt.Errorf("%d conflicts, want %d", len(conflicts), a.conflicts())
	}
	for i, id := range ids[:a.last()] {
		l, err := store.Read[crm.Lead](ctx, p.store, id)
		if err != nil {
			return err
		}
		if i >= a.same() && i < a.edits {
			want := []string{*a.first(i).Subject, *a.second(i).Subject}
			got := slices.Sorted(slices.Values(both[id]))
			if !slices.Equal(got, want) || !slices.Contains(want, l.Subject) {
				return fmt.Errorf("lead %d: %q shown of %q, want %q", i, l.Subject, got, want)
			}
			continue
		}
		if i < a.edits {
			err = a.shows(l, a.first(i))
		}
		if i >= a.shared() {
			err = errors.Join(err, a.shows(l, a.second(i)))
		}
		if err != nil {
			return fmt.Errorf("lead %d: %w", i, err)
		}
	}
	return nil
}

// shows fails unless a lead has what a patch wrote.
func (a apart) shows(l *crm.Lead, p leads.Patch) error {
	var lost []string
	for _, f := range []struct {
		wrote *string
		has   string
	}{{p.Subject, l.Subject}, {p.Vehicle, l.Vehicle}, {p.ReasonNote, l.ReasonNote}, {p.OwnerID, l.OwnerID}} {
		if f.wrote != nil && *f.wrote != f.has {
			lost = append(lost, fmt.Sprintf("%q became %q", *f.wrote, f.has))
		}
	}
	if lost == nil {
		return nil
	}
	return errors.New(strings.Join(lost, ", "))
}
