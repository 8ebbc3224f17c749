package sim

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// Kinds of a small CRM: a deal is in its own scope, a person wherever it has a
// deal, a call where its deal is.
const (
	deal   uint32 = 1
	person uint32 = 2
	call   uint32 = 3
)

// Fields that say where a record belongs: its scope, and the record that it
// refers to, by a figure before the value.
var (
	scopeKey  = record.Key{ID: 4}
	parentKey = record.Key{ID: 5}
)

// kind answers what the i-th record is.
func (m *Mix) kind(i int) uint32 {
	if !m.Family {
		return deal
	}
	return []uint32{person, deal, call}[i%3]
}

func numbered(i int) record.ID { return record.ID{0: byte(i), 15: 1} }

func figure(s *record.State, key record.Key) (int, bool) {
	f, ok := s.Live(key)
	if !ok {
		return 0, false
	}
	return int(f.Value[0] - '0'), true
}

// Place is the policy's.
func (refusing) Place(kind uint32, s *record.State) (p hub.Place) {
	if parent, ok := figure(s, parentKey); ok {
		p.Parents = []record.ID{numbered(parent)}
	}
	switch kind {
	case person:
		p.By = hub.Children
	case call:
		p.By, p.Holds = hub.Parent, true
	default:
		p.Holds = true
		scope, _ := figure(s, scopeKey)
		p.Scope[0] = byte(scope)
	}
	return p
}

// parented draws a record that another of its kind would refer to.
func (w *world) parented(kind uint32) int {
	return w.r.IntN(w.mix.Records/3)*3 + map[uint32]int{deal: 0, call: 1}[kind]
}

// restored says whether the hub's database may be an old one.
func (m *Mix) restored() bool { return m.HubRestore+m.HubRollback > 0 }

// moment is what the hub has.
type moment struct {
	rows   map[record.ID]protocol.Row
	states map[record.ID]*record.State
	erased map[record.ID]bool
}

func (w *world) look(ctx context.Context) (m moment, err error) {
	m.states, m.erased = map[record.ID]*record.State{}, map[record.ID]bool{}
	err = w.store.Read(ctx, w.workspace, func(v hub.View) error {
		if m.rows, err = v.Records(w.ids); err != nil {
			return err
		}
		for id, row := range m.rows {
			if m.states[id], err = record.Decode(row.State); err != nil {
				return err
			}
		}
		gone, err := v.Erased(0)
		for _, id := range gone {
			m.erased[id] = true
		}
		return err
	})
	return m, err
}

// below answers who refers to a record.
func (m *moment) below(id record.ID) (out []record.ID) {
	for child, s := range m.states {
		if i, ok := figure(s, parentKey); ok && numbered(i) == id && child != id {
			out = append(out, child)
		}
	}
	return out
}

// scopes answers where a record belongs, from nothing but the records; told is
// false when nothing tells it.
func (m *moment) scopes(id record.ID) (out []record.ID, told bool) {
	s := m.states[id]
	switch m.rows[id].Kind {
	case deal:
		scope, _ := figure(s, scopeKey)
		return []record.ID{{0: byte(scope)}}, true
	case call:
		i, ok := figure(s, parentKey)
		if parent := numbered(i); ok && m.states[parent] != nil {
			return m.scopes(parent)
		}
		return nil, false
	}
	for _, child := range m.below(id) {
		scopes, _ := m.scopes(child)
		out = append(out, scopes...)
	}
	slices.SortFunc(out, func(a, b record.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(out), len(out) > 0
}

// between says what is wrong between the records of a moment. What was brought
// back to a restored hub may refer to an erased record.
func (w *world) between(m *moment) error {
	for id, s := range m.states {
		if scopes, told := m.scopes(id); told && !slices.Equal(scopes, m.rows[id].Scopes) {
			return fmt.Errorf("record %x is in %v and belongs in %v", id, m.rows[id].Scopes, scopes)
		}
		i, refers := figure(s, parentKey)
		if !refers {
			continue
		}
		parent := numbered(i)
		if m.erased[parent] && !w.mix.restored() {
			return fmt.Errorf("record %x refers to %x, which was erased", id, parent)
		}
		if above := m.states[parent]; above != nil && above.Dead() && !s.Dead() {
			return fmt.Errorf("record %x lives and %x, which it refers to, doesn't", id, parent)
		}
	}
	return nil
}

// watch holds what one push did to the rules: a hub revives what somebody holds
// and nothing else, and does not take from a writer what it just made.
func (w *world) watch(before, after moment, p *protocol.Push, answer *protocol.Pushed) error {
	for id, s := range after.states {
		for _, l := range s.Life {
			if l.Dot.Replica >= vv.FirstDevice || before.states[id] != nil && before.states[id].Seen.Has(l.Dot) || w.brought[l.Dot] {
				continue
			}
			w.brought[l.Dot] = true
			if !slices.ContainsFunc(after.below(id), func(child record.ID) bool { return !after.states[child].Dead() }) {
				return fmt.Errorf("the hub revived %x, which nothing holds", id)
			}
		}
	}
	for i := range p.Items {
		id, v := p.Items[i].ID, answer.Verdicts[i]
		if _, told := after.scopes(id); before.states[id] == nil && after.states[id] != nil && !told && v.Row == nil {
			return fmt.Errorf("whoever made %x, which nothing places, was not told of it", id)
		}
	}
	return w.between(&after)
}

// sound holds the last moment to what was erased: what the hub was told to, and
// what somebody made refer to that.
func (w *world) sound(m *moment) error {
	for id := range w.erased {
		if !m.erased[id] {
			return fmt.Errorf("record %x was not erased", id)
		}
	}
	for id := range m.erased {
		if w.erased[id] {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(w.writes)), func(value string) bool {
			f := w.writes[value]
			return f.id == id && f.key == parentKey && m.erased[numbered(int(value[0]-'0'))]
		}) {
			return fmt.Errorf("record %x was erased, and refers to nothing that was", id)
		}
	}
	return w.between(m)
}
