package replica

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/crm/rank"
	"patio/backend/store"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

// Ranks keeps the ranks of a hub's cards short, which grow with every card that
// is put between the same two. No device does it: two that did apart would
// leave the cards in neither's order.
type Ranks struct {
	Long int // digits from which on a rank is too long
	Good int // that a new one has at most, unless a whole stage is too full

	looked map[record.ID]uint64 // by workspace: up to which sequence there was no long one
}

// NewRanks answers one with limits at which nobody notices the length yet.
func NewRanks() *Ranks { return &Ranks{Long: 32, Good: 16, looked: map[record.ID]uint64{}} }

// card is a lead that stands in a stage.
type card struct {
	id          record.ID
	stage, rank string
	value       string // of its place, as it is told
}

// Tidy gives cards in the neighbourhood of a long rank others, in the order in
// which they are, and answers how many. A card that moves meanwhile keeps the
// place where it was put. One at a time may do so.
func (r *Ranks) Tidy(ctx context.Context, s hub.Store, h *hub.Hub, workspace record.ID) (tidied int, err error) {
	stages := map[string]bool{}
	after := r.looked[workspace]
	last, err := eachCard(ctx, s, workspace, after, func(c card) {
		if len(c.rank) > r.Long {
			stages[c.stage] = true
		}
	})
	if err != nil {
		return 0, err
	}
	if len(stages) > 0 {
		cards := map[record.ID]card{} // one that moves while they are read is told twice
		if _, err := eachCard(ctx, s, workspace, 0, func(c card) { cards[c.id] = c }); err != nil {
			return 0, err
		}
		for stage := range stages {
			var list []card
			for _, c := range cards {
				if c.stage == stage {
					list = append(list, c)
				}
			}
			n, err := r.stage(ctx, h, workspace, list)
			if tidied += n; err != nil {
				return tidied, err
			}
		}
	}
	r.looked[workspace] = last
	return tidied, nil
}

// eachCard calls f with each lead that changed after a sequence and lives, and
// answers how far that was.
func eachCard(ctx context.Context, s hub.Store, workspace record.ID, after uint64, f func(card)) (uint64, error) {
	for {
		var page []hub.Change
		if err := s.Read(ctx, workspace, func(v hub.View) (err error) {
			page, err = v.Changed(hub.Everything, after, protocol.MaxRecords)
			return err
		}); err != nil {
			return after, err
		}
		for i := range page {
			row := &page[i].Row
			after = page[i].At
			if crm.Kind(row.Kind) != crm.KindLead {
				continue
			}
			state, err := record.Decode(row.State)
			if err != nil {
				return after, fmt.Errorf("record %x: %w", row.ID, err)
			}
			if c, ok := cardOf(row.ID, state); ok && !state.Dead() {
				f(c)
			}
		}
		if len(page) < protocol.MaxRecords {
			return after, nil
		}
	}
}

func cardOf(id record.ID, s *record.State) (card, bool) {
	value := textIn(s, keys.leadPlace)
	texts, ok := store.Unpacked(value, leadPlaceTexts)
	if !ok || texts[0] == "" {
		return card{}, false
	}
	return card{id, texts[0], texts[1], value}, true
}

// placed answers the value of its place with the rank that it has now.
func (c *card) placed() string {
	texts, _ := store.Unpacked(c.value, leadPlaceTexts) // it was read
	texts[1] = c.rank
	return store.Packed(texts)
}

// stage tidies all of a stage's cards.
func (r *Ranks) stage(ctx context.Context, h *hub.Hub, workspace record.ID, cards []card) (tidied int, err error) {
	slices.SortFunc(cards, func(a, b card) int {
		return cmp.Or(strings.Compare(a.rank, b.rank), slices.Compare(a.id[:], b.id[:]))
	})
	changed := map[int]bool{}
	for i := 0; i < len(cards); {
		if len(cards[i].rank) <= r.Long {
			i++
			continue
		}
		from, to, ranks, err := r.run(cards, i)
		if err != nil {
			return 0, err
		}
		for j, k := range ranks {
			cards[from+j].rank, changed[from+j] = k, true
		}
		i = to
	}
	var list []hub.Arrangement
	for i := range cards {
		if c := &cards[i]; changed[i] {
			list = append(list, hub.Arrangement{ID: c.id, Key: keys.leadPlace, Old: c.value, New: c.placed()})
		}
	}
	for some := range slices.Chunk(list, protocol.MaxRecords) {
		n, err := h.Arrange(ctx, workspace, some)
		if tidied += n; err != nil {
			return tidied, err
		}
	}
	return tidied, nil
}

// run answers ranks for as few cards as will do around the long ones at i: those
// from before to, in their order, between what stands around them.
func (r *Ranks) run(cards []card, i int) (from, to int, ranks []string, err error) {
	from, to = i, i
	for to < len(cards) && len(cards[to].rank) > r.Long {
		to++
	}
	for {
		lo, hi := "", ""
		if from > 0 {
			lo = cards[from-1].rank
		}
		if to < len(cards) {
			hi = cards[to].rank
		}
		all := from == 0 && to == len(cards)
		ranks, err = rank.Spread(lo, hi, to-from, rand.IntN)
		if all || err == nil && !slices.ContainsFunc(ranks, func(k string) bool { return len(k) > r.Good }) {
			return from, to, ranks, err
		}
		// Neighbours as near as these, of one rank even, or none that this program
		// makes: more of them have to move.
		wider := max(1, to-from)
		from, to = max(0, from-wider), min(len(cards), to+wider)
	}
}
