package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"patio/backend/crm"
	"patio/backend/format"
)

// pageMap tells, by SQLite's own account of the undamaged file, on which pages
// each record lies.
type pageMap struct {
	pages   int
	records map[string][]int // table and id → its pages
	sets    map[int]string   // pages of what lies beside its record: phones, values …; the record's table
	tables  map[int]string
}

func mapPages(t *testing.T, path string) pageMap {
	t.Helper()
	db, err := sql.Open("sqlite", asideDSN(path, false))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	m := pageMap{records: map[string][]int{}, sets: map[int]string{}, tables: map[int]string{}}
	type leaf struct{ page, cells int }
	leaves := map[string][]leaf{}
	overflow := map[string][]int{}
	rows, err := db.Query("SELECT name,path,pageno,pagetype,ncell FROM dbstat ORDER BY name,path")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	paths := map[string][]string{}
	owners := map[string]string{}
	for _, tab := range registry() {
		for _, set := range tab.sets {
			if set.of != ofTags { // those stand in the lead, too
				owners[set.table] = tab.name
			}
		}
	}
	for rows.Next() {
		var name, path, typ string
		var page, cells int
		if err := rows.Scan(&name, &path, &page, &typ, &cells); err != nil {
			t.Fatal(err)
		}
		m.pages = max(m.pages, page)
		m.tables[page] = name
		switch {
		case owners[name] != "":
			m.sets[page] = owners[name]
		case typ == "leaf":
			leaves[name], paths[name] = append(leaves[name], leaf{page, cells}), append(paths[name], path)
		case typ == "overflow":
			at, _, _ := strings.Cut(path, "+")
			overflow[name+" "+at] = append(overflow[name+" "+at], page)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, tab := range registry() {
		ids, err := readColumn(context.Background(), db, "SELECT hex(id) FROM "+tab.name+" ORDER BY rid")
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range leaves[tab.name] {
			for cell := range l.cells {
				var id [16]byte
				if _, err := fmt.Sscanf(ids[0], "%32x", (*hexBytes)(&id)); err != nil {
					t.Fatal(err)
				}
				key := tab.name + " " + text(id[:])
				m.records[key] = append([]int{l.page}, overflow[fmt.Sprintf("%s %s%03x", tab.name, paths[tab.name][i], cell)]...)
				ids = ids[1:]
			}
		}
		if len(ids) > 0 {
			t.Fatalf("%d rows of %s on no page", len(ids), tab.name)
		}
	}
	return m
}

type hexBytes [16]byte

func (h *hexBytes) Scan(state fmt.ScanState, _ rune) error {
	var s string
	if _, err := fmt.Fscanf(state, "%32s", &s); err != nil {
		return err
	}
	_, err := fmt.Sscanf(s, "%x", &[]byte{})
	for i := range h {
		if _, err := fmt.Sscanf(s[2*i:2*i+2], "%02x", &h[i]); err != nil {
			return err
		}
	}
	return err
}

// damageKinds harm a file and answer the pages that they touched.
var damageKinds = map[string]func(r *rand.Rand, b []byte) ([]byte, []int){
	"bits flipped": func(r *rand.Rand, b []byte) ([]byte, []int) {
		var pages []int
		for range 1 + r.IntN(40) {
			at := r.IntN(len(b))
			b[at] ^= 1 << r.IntN(8)
			pages = append(pages, at/4096+1)
		}
		return b, pages
	},
	"pages zeroed": func(r *rand.Rand, b []byte) ([]byte, []int) {
		var pages []int
		for range 1 + r.IntN(8) {
			page := 1 + r.IntN(len(b)/4096)
			clear(b[(page-1)*4096 : page*4096])
			pages = append(pages, page)
		}
		return b, pages
	},
	"sectors of noise": func(r *rand.Rand, b []byte) ([]byte, []int) {
		var pages []int
		for range 1 + r.IntN(12) {
			at := r.IntN(len(b)/512) * 512
			for i := range 512 {
				b[at+i] = byte(r.Uint32())
			}
			pages = append(pages, at/4096+1)
		}
		return b, pages
	},
	"first page gone": func(_ *rand.Rand, b []byte) ([]byte, []int) {
		clear(b[:4096])
		return b, []int{1}
	},
	"file truncated": func(r *rand.Rand, b []byte) ([]byte, []int) {
		keep := 1 + r.IntN(len(b)/4096-1)
		var pages []int
		for page := keep + 1; page <= len(b)/4096; page++ {
			pages = append(pages, page)
		}
		return b[:keep*4096+r.IntN(4096)], append(pages, keep+1)
	},
}

func TestADamagedDatabaseIsRecoveredWithAllThatWasReadable(t *testing.T) {
	r := seeded(t)
	perKind := size(t, "PATIO_DAMAGES", 2)
	source := t.TempDir()
	s := openAt(t, source)
	ids := fill(t, s, r, 250)
	if _, err := s.TakeSnapshot(context.Background(), SnapshotManual); err != nil {
		t.Fatal(err)
	}
	inSnapshot := contents(t, s)
	fill(t, s, r, 250)
	edit(t, s, r, ids, 60)
	want := contents(t, s)
	closeStore(t, s)
	pages := mapPages(t, filepath.Join(source, FileName))
	for kind, harm := range damageKinds {
		for range perKind {
			seed := r.Uint64()
			t.Run(fmt.Sprintf("%s %x", kind, seed), func(t *testing.T) {
				dir := t.TempDir()
				if err := os.CopyFS(dir, os.DirFS(source)); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, FileName)
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				b, hit := harm(rand.New(rand.NewPCG(seed, 2)), b)
				if err := os.WriteFile(path, b, 0o600); err != nil {
					t.Fatal(err)
				}
				if seed%2 == 0 { // as after a kill: checked before use
					if err := os.Remove(filepath.Join(dir, lockName)); err != nil {
						t.Fatal(err)
					}
				}
				checkRecovered(t, dir, pages, hit, inSnapshot, want)
			})
		}
	}
}

// checkRecovered opens a damaged folder, twice where only the background finds
// the damage, and holds what came back against what was there.
func checkRecovered(t *testing.T, dir string, pages pageMap, hit []int, inSnapshot, want map[string]string) {
	t.Helper()
	s, err := openDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.Opened().Recovered == nil {
		<-s.background.started
		if s.Damage() == nil {
			s.checkDigestsInBackground(context.Background()) // as once a day
		}
		noticed := s.Damage() != nil
		closeStore(t, s)
		if s, err = openDir(dir); err != nil {
			t.Fatal(err)
		}
		if got := s.Opened().Recovered != nil; got != noticed {
			t.Errorf("damage noticed: %v, recovered: %v", noticed, got)
		}
	}
	defer closeStore(t, s)
	note := s.Opened().Recovered
	got := contents(t, s)
	if note == nil {
		t.Logf("the checks found nothing on pages %v", hit)
	} else {
		t.Logf("%.400s", fmt.Sprintf("%+v", *note))
		if there, err := exists(filepath.Join(dir, note.Folder, FileName)); err != nil || !there {
			t.Errorf("damaged file not kept: %v", err)
		}
	}
	lost, older, wrong, strange := 0, 0, 0, 0
	for key, value := range want {
		risk := slices.ContainsFunc(pages.records[key], func(page int) bool { return slices.Contains(hit, page) })
		table, _, _ := strings.Cut(key, " ")
		risk = risk || slices.ContainsFunc(hit, func(page int) bool { return pages.sets[page] == table })
		switch now, there := got[key]; {
		case now == value:
		case !risk:
			t.Errorf("%s lay on whole pages:\nwas %.600s\nis  %.600s", key, value, now)
		case !there:
			lost++
		case now == inSnapshot[key]:
			older++
		default:
			wrong++
		}
	}
	for key := range got {
		if _, there := want[key]; !there {
			strange++ // an id whose bits were flipped, a contact made for a lead whose own was lost
		}
	}
	if strange > len(hit) {
		t.Errorf("%d records came from nowhere", strange)
	}
	t.Logf("%d records; of those on damaged pages %d gone, %d as in the snapshot, %d differ; %d under another id", len(want), lost, older, wrong, strange)
	if lost+older+wrong > 0 && note == nil {
		t.Logf("undetected")
	}
	if note != nil && lost > 0 && len(note.Lost) == 0 && note.Pages == 0 {
		t.Errorf("%d records are gone and the note says nothing", lost)
	}
}

// Without a snapshot, and with every contact's row gone, the leads are still
// there, under names and phones that lie elsewhere in the file.
func TestLeadsOutliveTheRowsOfTheirContacts(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	fill(t, s, seeded(t), 60)
	leads, contacts := map[string]crm.Lead{}, map[string]crm.Contact{}
	for _, f := range must(readAll(context.Background(), s, s.tables[crm.KindLead], "deleted=0")) {
		leads[f.id] = *f.v.Addr().Interface().(*crm.Lead)
	}
	for _, f := range must(readAll(context.Background(), s, s.tables[crm.KindContact], "1")) {
		contacts[f.id] = *f.v.Addr().Interface().(*crm.Contact)
	}
	want := contents(t, s)
	closeStore(t, s)
	if err := os.RemoveAll(s.snapshotDir()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	m := mapPages(t, path)
	b := must(os.ReadFile(path))
	for page, table := range m.tables {
		if table == "contacts" {
			clear(b[(page-1)*4096 : page*4096])
		}
	}
	writeFile(t, path, string(b))
	writeFile(t, filepath.Join(dir, lockName), stateOpen)
	s = openAt(t, dir)
	note := s.Opened().Recovered
	if note == nil || note.Snapshot != "" || len(note.LeadIDs) < len(leads) || !slices.Contains(note.Lost, fmt.Sprintf("contacts:%d", len(contacts))) {
		t.Fatalf("recovered %+v", note)
	}
	got := contents(t, s)
	for key, value := range want {
		if !strings.HasPrefix(key, "contacts ") && got[key] != value {
			t.Errorf("%s was %.300s and is %.300s", key, value, got[key])
		}
	}
	for id, l := range leads {
		is := must(Read[crm.Lead](context.Background(), s, id))
		c := must(Read[crm.Contact](context.Background(), s, is.ContactID))
		was := contacts[l.ContactID]
		if c.Name != format.Fold(was.Name) || !slices.Equal(c.Phones, was.Phones) || !slices.Equal(c.Emails, was.Emails) {
			t.Errorf("%+v came back as %+v", was, c)
		}
	}
	wantWhole(t, s)
}
