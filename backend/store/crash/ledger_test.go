//go:build linux

package crash_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"patio/backend/crm"
	"patio/backend/store"
)

// fact is what is checked of a lead.
type fact struct {
	Name    string `json:"name"`
	Subject string `json:"subject,omitempty"`
	Cents   int64  `json:"cents,omitempty"`
	Stage   string `json:"stage,omitempty"`
}

// line is what a child says: before an operation what it tries, and once the
// operation has returned that it is done.
type line struct {
	Kind string `json:"kind"`         // see say*
	Op   string `json:"op,omitempty"` // of a try: "create", "remove", "import", …
	ID   string `json:"id,omitempty"` // the lead's, which a creation doesn't know before; a snapshot's
	Fact fact   `json:"fact,omitzero"`
	Tag  string `json:"tag,omitempty"`  // of an import, part of its leads' names
	Rows int    `json:"rows,omitempty"` // of an import
}

const (
	sayReady    = "ready"
	sayTry      = "try"
	sayDone     = "done"     // the lead ID is as Fact says
	sayRemoved  = "removed"  // the lead ID is gone
	saySnapshot = "snapshot" // the snapshot ID is made
	sayImported = "imported" // all rows of the import Tag are in
)

// ledger is what was acknowledged, and what was being tried when it ended.
type ledger struct {
	acknowledged int
	known        map[string]fact
	removed      map[string]bool
	imported     map[string]int // rows by tag
	snapshot     string         // the newest
	trying       *line
}

func newLedger() *ledger {
	return &ledger{known: map[string]fact{}, removed: map[string]bool{}, imported: map[string]int{}}
}

func (l *ledger) clone() *ledger {
	c := *l
	c.known, c.removed, c.imported = maps.Clone(l.known), maps.Clone(l.removed), maps.Clone(l.imported)
	return &c
}

// hear takes in what a child wrote. A last line that a kill cut short was
// acknowledged to nobody.
func (l *ledger) hear(text []byte) (kind string, err error) {
	var said line
	if err := json.Unmarshal(text, &said); err != nil {
		return "", fmt.Errorf("child said %q: %w", text, err)
	}
	switch said.Kind {
	case sayTry:
		l.trying = &said
		return said.Kind, nil
	case sayDone:
		l.known[said.ID] = said.Fact
	case sayRemoved:
		delete(l.known, said.ID)
		l.removed[said.ID] = true
	case sayImported:
		l.imported[said.Tag] = said.Rows
	case saySnapshot:
		l.snapshot = said.ID
	case sayReady:
		return said.Kind, nil
	default:
		return "", fmt.Errorf("child said %q", text)
	}
	l.trying = nil
	l.acknowledged++
	return said.Kind, nil
}

// importedName names a row of an import; tries of other operations never do.
func importedName(tag string, row int) string { return fmt.Sprintf("Importado %s %d", tag, row) }

func importTag(name string) (tag string, row int, ok bool) {
	parts := strings.Split(name, " ")
	if len(parts) != 3 || parts[0] != "Importado" {
		return "", 0, false
	}
	row, err := strconv.Atoi(parts[2])
	return parts[1], row, err == nil
}

// lost answers, in words, each acknowledged write that isn't in the store, and
// each thing in it that nobody wrote.
func (l *ledger) lost(got map[string]fact) []string {
	var out []string
	trying := line{}
	if l.trying != nil {
		trying = *l.trying
	}
	for id, want := range l.known {
		have, ok := got[id]
		switch {
		case have == want:
		case trying.ID == id && trying.Op == "remove" && !ok:
		case trying.ID == id && ok && have == trying.Fact:
		case !ok:
			out = append(out, fmt.Sprintf("lead %s is gone: %+v", id, want))
		default:
			out = append(out, fmt.Sprintf("lead %s is %+v, not %+v", id, have, want))
		}
	}
	rows := map[string]map[int]bool{}
	for id, have := range got {
		if tag, row, ok := importTag(have.Name); ok {
			if rows[tag] == nil {
				rows[tag] = map[int]bool{}
			}
			if rows[tag][row] {
				out = append(out, fmt.Sprintf("row %d of import %s is in twice", row, tag))
			}
			rows[tag][row] = true
			continue
		}
		if l.removed[id] {
			out = append(out, fmt.Sprintf("removed lead %s is back: %+v", id, have))
		} else if _, ok := l.known[id]; !ok && (trying.Op != "create" || have != trying.Fact) {
			out = append(out, fmt.Sprintf("nobody wrote lead %s: %+v", id, have))
		}
	}
	for tag, n := range l.imported {
		for row := range n {
			if !rows[tag][row] {
				out = append(out, fmt.Sprintf("row %d of import %s is gone", row, tag))
			}
		}
	}
	slices.Sort(out)
	return out
}

// settle takes what is in the store for known: the operation that a kill
// interrupted is done or undone from here on.
func (l *ledger) settle(got map[string]fact) {
	for id := range l.known {
		if _, ok := got[id]; !ok {
			l.removed[id] = true
		}
	}
	l.known, l.trying = map[string]fact{}, nil
	for id, f := range got {
		if _, _, ok := importTag(f.Name); !ok {
			l.known[id] = f
		}
	}
}

// factsOf reads every lead through the store.
func factsOf(s *store.Store) (map[string]fact, error) {
	out := map[string]fact{}
	err := s.EachCard(ctx, crm.ListRequest{}, func(c crm.Card) error {
		out[c.ID] = fact{c.Name, c.Subject, c.ValueCents, c.StageID}
		return nil
	})
	return out, err
}

// wrong opens a folder as the program would and answers what is amiss: the
// acknowledged writes that are lost, and damage.
func (l *ledger) wrong(dir string) (lost []string, got map[string]fact, err error) {
	s, err := openDir(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open: %w", err)
	}
	defer func() {
		if closing := s.Close(); err == nil && closing != nil {
			err = fmt.Errorf("close: %w", closing)
		}
	}()
	if r := s.Opened().Recovered; r != nil {
		return nil, nil, fmt.Errorf("the database had to be recovered: %+v", *r)
	}
	if got, err = factsOf(s); err != nil {
		return nil, nil, fmt.Errorf("read: %w", err)
	}
	lost = l.lost(got)
	if l.snapshot != "" {
		list, err := s.Snapshots(ctx)
		if err != nil {
			return lost, got, fmt.Errorf("list snapshots: %w", err)
		}
		if !slices.ContainsFunc(list, func(s store.Snapshot) bool { return s.ID == l.snapshot }) {
			lost = append(lost, "snapshot "+l.snapshot+" is gone")
		}
	}
	report, err := s.Verify(ctx)
	if err == nil && report.Count > 0 {
		err = fmt.Errorf("verify found %d problems: %+v", report.Count, report.Problems[:min(5, len(report.Problems))])
	}
	return lost, got, err
}
