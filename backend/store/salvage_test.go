package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patio/backend/crm"
)

// A bit that flips in a row's own number makes two rows claim one place. Both
// come back, whichever of them is read first, and each keeps its phones.
func TestTwoRowsUnderOneNumberBothComeBack(t *testing.T) {
	for _, table := range []string{"contacts", "leads", "activities"} {
		for _, rid := range []byte{2, 3} { // each becomes the other
			t.Run(fmt.Sprintf("%s %d", table, rid), func(t *testing.T) {
				dir := t.TempDir()
				s := openAt(t, dir)
				fill(t, s, seeded(t), 20)
				want := contents(t, s)
				closeStore(t, s)
				if err := os.RemoveAll(s.snapshotDir()); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, FileName)
				m := mapPages(t, path)
				b := must(os.ReadFile(path))
				if !renumberRow(b, m, table, rid) {
					t.Fatal("no such row on a leaf")
				}
				writeFile(t, path, string(b))
				writeFile(t, filepath.Join(dir, lockName), stateOpen)
				s = openAt(t, dir)
				if note := s.Opened().Recovered; note == nil || note.Doubtful+note.Older+len(note.Lost) > 0 {
					t.Errorf("recovered %+v", note)
				}
				if !maps.Equal(contents(t, s), want) {
					t.Error("records differ")
				}
				wantWhole(t, s)
			})
		}
	}
}

// A wrong ref would move every lead of a stage to another one.
func TestARefIsReadFromItsTableOrFromItsIndex(t *testing.T) {
	stage := must(hex.DecodeString(strings.ReplaceAll(crm.ReadyPipelines()[0].Stages[2].ID, "-", "")))
	const index = idIndex + "refs_1"
	for name, harm := range map[string]func(b []byte, m pageMap) bool{
		"an id in the table":     func(b []byte, m pageMap) bool { return flipIn(b, m, "refs", stage) },
		"an id in the index":     func(b []byte, m pageMap) bool { return flipIn(b, m, index, stage) },
		"a number in the table":  func(b []byte, m pageMap) bool { return renumberRow(b, m, "refs", 9) },
		"a number, the other":    func(b []byte, m pageMap) bool { return renumberRow(b, m, "refs", 8) },
		"the table's whole page": func(b []byte, m pageMap) bool { return zero(b, m, "refs") },
		"the index's whole page": func(b []byte, m pageMap) bool { return zero(b, m, index) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openAt(t, dir)
			fill(t, s, seeded(t), 40)
			want := contents(t, s)
			closeStore(t, s)
			if err := os.RemoveAll(s.snapshotDir()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, FileName)
			b := must(os.ReadFile(path))
			if !harm(b, mapPages(t, path)) {
				t.Fatal("nothing there to harm")
			}
			writeFile(t, path, string(b))
			writeFile(t, filepath.Join(dir, lockName), stateDamaged)
			s = openAt(t, dir)
			if note := s.Opened().Recovered; note == nil || note.Doubtful+note.Older+len(note.Lost) > 0 {
				t.Errorf("recovered %+v", note)
			}
			if !maps.Equal(contents(t, s), want) {
				t.Error("records differ")
			}
			wantWhole(t, s)
		})
	}
}

// flipIn flips a bit in the middle of a value on the pages of a tree.
func flipIn(b []byte, m pageMap, tree string, value []byte) bool {
	for page, name := range m.tables {
		if i := bytes.Index(b[(page-1)*4096:page*4096], value); name == tree && i >= 0 {
			b[(page-1)*4096+i+len(value)/2] ^= 4
			return true
		}
	}
	return false
}

// zero clears the pages of a tree.
func zero(b []byte, m pageMap, tree string) (done bool) {
	for page, name := range m.tables {
		if name == tree {
			clear(b[(page-1)*4096 : page*4096])
			done = true
		}
	}
	return done
}

// renumberRow flips the last bit of a row's number, below 128, on its leaf.
func renumberRow(b []byte, m pageMap, table string, rid byte) bool {
	for page, name := range m.tables {
		leaf := b[(page-1)*4096 : page*4096]
		if name != table || leaf[0] != 0x0d {
			continue
		}
		for i := range int(binary.BigEndian.Uint16(leaf[3:])) {
			at := int(binary.BigEndian.Uint16(leaf[8+2*i:]))
			for leaf[at] >= 0x80 { // the row's length
				at++
			}
			if leaf[at+1] == rid {
				leaf[at+1] ^= 1
				return true
			}
		}
	}
	return false
}
