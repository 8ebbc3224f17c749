package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

// What only the purged person's records say.
var personal = []string{"Graçiela Quixadá", "5511987650021", "graciela.q@exemplo", "Peugeot 2008 Griffe", "prefere ligação à tarde", "ganhou na Mega", "time do coração", "anel de formatura", "RG da Graçiela.pdf", "%PDF-1.7 órgão expedidor", "Visita da Quixadá", "volta com a irmã"}

// archive of one store, with a second folder for its copies.
type archive struct {
	t      *testing.T
	s      *Store
	dir    string
	second string
	now    time.Time
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{t: t, dir: t.TempDir(), second: t.TempDir(), now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	a.open()
	t.Cleanup(func() { closeStore(t, a.s) })
	if err := a.s.SetDevice(context.Background(), deviceSnapshots, a.second); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *archive) open() {
	a.t.Helper()
	s, err := Open(context.Background(), Config{Dir: a.dir, Log: zerolog.Nop(), Now: func() time.Time { return a.now }, Grace: time.Hour})
	if err != nil {
		a.t.Fatal(err)
	}
	a.s = s
}

func (a *archive) do(label string, f func(*Tx) error) {
	a.t.Helper()
	if _, err := a.s.Transact(context.Background(), Op{Label: label, Params: map[string]string{"name": personal[0], "stage": "Novo"}}, f); err != nil {
		a.t.Fatal(err)
	}
}

const discardedStage = "01900000-0000-7000-8000-000000000215"

// graciela is a discarded lead whose records hold all the personal words, old
// values too.
func (a *archive) graciela() (lead, contact string) {
	a.t.Helper()
	own := []crm.Field{{Target: crm.TargetLead, Type: crm.FieldText, Name: "Hobby"}, {Target: crm.TargetContact, Type: crm.FieldText, Name: "Presente"}}
	if _, err := a.s.Transact(context.Background(), Op{Label: "field.save", NoUndo: true}, func(tx *Tx) error { return errors.Join(Put(tx, &own[0]), Put(tx, &own[1])) }); err != nil {
		a.t.Fatal(err)
	}
	c := crm.Contact{Name: personal[0], Phones: []crm.Entry{{Key: "+" + personal[1]}}, Emails: []crm.Entry{{Key: personal[2]}}}
	l := crm.Lead{StageID: firstStage, Rank: "a0", StageSince: 1, Vehicle: "Fiat Uno", CreatedAt: 1, CreatedVia: crm.ViaManual}
	a.do("lead.create", func(tx *Tx) error {
		c.Values = []crm.FieldValue{{FieldID: own[1].ID, Value: personal[7]}}
		if err := Put(tx, &c); err != nil {
			return err
		}
		l.ContactID, l.Values = c.ID, []crm.FieldValue{{FieldID: own[0].ID, Value: personal[6]}}
		if err := Put(tx, &l); err != nil {
			return err
		}
		return Put(tx, &crm.Activity{LeadID: l.ID, Kind: crm.ActivityNote, Title: personal[10], Body: "Nota: " + personal[4], Outcome: personal[11], DoneAt: 1})
	})
	must(a.s.indexNotes(context.Background()))
	for _, vehicle := range []string{personal[3], "Fiat Mobi"} {
		a.do("lead.update", func(tx *Tx) error {
			got, err := Get[crm.Lead](tx, l.ID)
			if err != nil {
				return err
			}
			got.Vehicle, got.ReasonNote = vehicle, personal[5]
			return Put(tx, got)
		})
	}
	attach(a.t, a.s, l.ID, personal[8], personal[9])
	must(a.s.CopyFile(hashOf(personal[9]), personal[8]))
	a.do("lead.move", func(tx *Tx) error {
		got, err := Get[crm.Lead](tx, l.ID)
		if err != nil {
			return err
		}
		got.StageID, got.StageSince, got.ArchivedAt = discardedStage, tx.Now, tx.Now
		return Put(tx, got)
	})
	return l.ID, c.ID
}

// On a lone PC, too, a company stays for its people and goes with the last.
func TestACompanyIsPurgedWithTheLastOfItsPeople(t *testing.T) {
	a := newArchive(t)
	ctx := context.Background()
	company := crm.Contact{Type: crm.TypeCompany, Name: "Quixadá Motores"}
	a.do("contact.create", func(tx *Tx) error { return Put(tx, &company) })
	var ids []string
	for range 2 {
		lead, contact := a.graciela()
		a.do("contact.employ", func(tx *Tx) error {
			c, err := Get[crm.Contact](tx, contact)
			if err != nil {
				return err
			}
			c.CompanyID = company.ID
			return Put(tx, c)
		})
		ids = append(ids, lead)
	}
	for i, id := range ids {
		if _, err := a.s.Purge(ctx, crm.Selection{IDs: []string{id}}); err != nil {
			t.Fatal(err)
		}
		_, err := Read[crm.Contact](ctx, a.s, company.ID)
		if there := err == nil; there != (i == 0) {
			t.Errorf("after %d of 2 people: there %v, %v", i+1, there, err)
		}
	}
}

// files answers which of the words stand in which file of both folders.
func (a *archive) found() []string {
	a.t.Helper()
	var out []string
	for _, dir := range []string{a.dir, a.second} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, word := range personal {
				if bytes.Contains(b, []byte(word)) {
					out = append(out, filepath.Base(path)+": "+word)
				}
			}
			return err
		})
		if err != nil {
			a.t.Fatal(err)
		}
	}
	return out
}

func (a *archive) purge(ids ...string) crm.Done {
	a.t.Helper()
	done, err := a.s.Purge(context.Background(), crm.Selection{IDs: ids})
	if err != nil {
		a.t.Fatal(err)
	}
	return done
}

func (a *archive) healthy() {
	a.t.Helper()
	report, err := a.s.Verify(context.Background())
	if err != nil {
		a.t.Fatal(err)
	}
	if report.Count > 0 {
		a.t.Errorf("after the purge: %+v", report)
	}
}

func TestNoFileHoldsAWordOfWhoWasPurged(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t)
	other := makeLead(t, a.s, "Bruno")
	lead, contact := a.graciela()
	if _, err := a.s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	// The control: each word is found, in the database or its log, and in the copies.
	before := a.found()
	for _, word := range slices.Delete(slices.Clone(personal), 9, 10) {
		for _, in := range []string{"patio.db", "patio-"} {
			if !slices.ContainsFunc(before, func(hit string) bool { return strings.HasPrefix(hit, in) && strings.HasSuffix(hit, word) }) {
				t.Errorf("%q is in no %s… before: the search proves nothing", word, in)
			}
		}
	}

	if n := len(slices.DeleteFunc(slices.Clone(before), func(hit string) bool { return hit != hashOf(personal[9])[2:]+": "+personal[9] })); n != 2 {
		t.Errorf("the file is found %d times before, not in both folders", n)
	}
	for _, in := range []string{hashOf(personal[9])[2:], personal[8]} { // the file, and what was laid out for a viewer
		if !slices.Contains(before, in+": "+personal[9]) {
			t.Errorf("%s is not found before", in)
		}
	}
	if done := a.purge(lead); done.Params["count"] != "1" || done.Undo {
		t.Errorf("said %+v", done)
	}
	if hits := a.found(); len(hits) > 0 {
		t.Errorf("found: %v", hits)
	}
	if hits := notesOf(t, a.s, personal[4]); len(hits) > 0 {
		t.Errorf("found among notes: %v", hits)
	}
	for _, gone := range []error{read[crm.Lead](a, lead), read[crm.Contact](a, contact)} {
		if crm.CodeOf(gone) != crm.CodeNotFound {
			t.Errorf("still there: %v", gone)
		}
	}
	if err := read[crm.Lead](a, other); err != nil {
		t.Errorf("the other lead: %v", err)
	}
	if _, err := a.s.Undo(ctx, nil); err != nil { // Bruno's making is what is left to undo
		t.Errorf("undo: %v", err)
	}
	if _, err := a.s.Undo(ctx, nil); crm.CodeOf(err) != crm.CodeNothingToUndo {
		t.Errorf("undo of the purge: %v", err)
	}
	_, err := a.s.Transact(ctx, Op{Label: "lead.create"}, func(tx *Tx) error {
		return Put(tx, &crm.Lead{ID: lead, ContactID: contact, StageID: firstStage, Rank: "a0"})
	})
	if crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("made again: %v", err)
	}
	a.healthy()

	closeStore(t, a.s)
	a.open()
	if hits := a.found(); len(hits) > 0 {
		t.Errorf("found after a start: %v", hits)
	}
	if snaps, err := a.s.Snapshots(ctx); err != nil || len(snaps) != 1 {
		t.Errorf("snapshots: %v, %v", snaps, err)
	}
}

func read[T any](a *archive, id string) error {
	_, err := Read[T](context.Background(), a.s, id)
	return err
}

func TestAContactThatAnotherLeadHasStays(t *testing.T) {
	a := newArchive(t)
	lead, contact := a.graciela()
	a.do("lead.create", func(tx *Tx) error {
		return Put(tx, &crm.Lead{ContactID: contact, StageID: firstStage, Rank: "a1", CreatedAt: 1})
	})
	a.purge(lead)
	if err := read[crm.Contact](a, contact); err != nil {
		t.Errorf("the contact: %v", err)
	}
	a.healthy()
}

func TestOnlyWhatLiesInTheArchiveIsPurged(t *testing.T) {
	a := newArchive(t)
	id := makeLead(t, a.s, "Ana")
	if done := a.purge(id, a.s.NewID()); done.Params["count"] != "0" {
		t.Errorf("said %+v", done)
	}
	if err := read[crm.Lead](a, id); err != nil {
		t.Error(err)
	}
}

func TestTheClockPurgesWhatRestedLongEnough(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t)
	lead, _ := a.graciela()
	due := func(what string, want bool) {
		t.Helper()
		if err := a.s.purgeDue(ctx); err != nil {
			t.Fatal(err)
		}
		if gone := crm.CodeOf(read[crm.Lead](a, lead)) == crm.CodeNotFound; gone != want {
			t.Errorf("%s: gone is %v", what, gone)
		}
	}
	a.now = a.now.AddDate(0, 0, 89)
	due("a day before", false)
	set := func(days string) {
		t.Helper()
		if _, err := a.s.Transact(ctx, Op{Label: "settings"}, func(tx *Tx) error {
			return Put(tx, &crm.Setting{ID: NamedID(crm.KindSetting, SettingRetention), Key: SettingRetention, Value: days})
		}); err != nil {
			t.Fatal(err)
		}
	}
	set("0")
	a.now = a.now.AddDate(0, 0, 2)
	due("for ever", false)
	set("90")
	due("after 90 days", true)
	if hits := a.found(); len(hits) > 0 {
		t.Errorf("found: %v", hits)
	}

	lead, _ = a.graciela()
	a.now = a.now.AddDate(0, 0, 91)
	if err := a.s.SetDevice(ctx, devicePurge, "1"); err != nil {
		t.Fatal(err)
	}
	due("long after the last time", true)
	lead, _ = a.graciela()
	a.do("lead.update", func(tx *Tx) error {
		l, err := Get[crm.Lead](tx, lead)
		if err != nil {
			return err
		}
		l.ArchivedAt = 1
		return Put(tx, l)
	})
	a.now = a.now.AddDate(0, 0, 6)
	due("within days of the last time", false)
	a.now = a.now.AddDate(0, 0, 1)
	due("a week after it", true)
}

// A kill or a full disk may come between the purge and its traces' end.
func TestTracesThatWereLeftAreClearedTheNextDay(t *testing.T) {
	ctx := context.Background()
	a := newArchive(t)
	lead, _ := a.graciela()
	if _, err := a.s.TakeSnapshot(ctx, SnapshotManual); err != nil {
		t.Fatal(err)
	}
	away := a.second + "-unplugged"
	if err := os.Rename(a.second, away); err != nil {
		t.Fatal(err)
	}
	if done := a.purge(lead); done.Params["pending"] == "" {
		t.Error("the copies on the unplugged disk are gone?")
	}
	if err := os.Rename(away, a.second); err != nil {
		t.Fatal(err)
	}
	if hits := a.found(); len(hits) == 0 {
		t.Error("nothing was left: this proves nothing")
	}
	a.now = a.now.Add(24 * time.Hour)
	if err := a.s.purgeDue(ctx); err != nil {
		t.Fatal(err)
	}
	if hits := a.found(); len(hits) > 0 {
		t.Errorf("found: %v", hits)
	}
}

// One person's data stand in all the contacts that were merged: they stay while
// one of them has a lead that stays, and go together, with what the merge took.
func TestMergedContactsArePurgedTogether(t *testing.T) {
	for name, smallerFirst := range map[string]bool{"the one that stays first": true, "the merged one first": false} {
		t.Run(name, func(t *testing.T) {
			a := newArchive(t)
			one, oneContact := a.graciela()
			two, twoContact := a.graciela()
			pair := PairID(oneContact, twoContact)
			a.do("contact.merge", func(tx *Tx) error {
				c, err := Get[crm.Contact](tx, twoContact)
				if err != nil {
					return err
				}
				c.MergedInto = oneContact
				if err := Put(tx, c); err != nil {
					return err
				}
				return Put(tx, &crm.Pair{ID: pair, ContactID: twoContact, IntoID: oneContact, Taken: `[{"field":"name","old":"` + personal[0] + `"}]`})
			})
			first, last := one, two
			if !smallerFirst {
				first, last = two, one
			}
			a.purge(first)
			for _, id := range []string{oneContact, twoContact} {
				if err := read[crm.Contact](a, id); err != nil {
					t.Errorf("a contact of who stays: %v", err)
				}
			}
			if cards, err := a.s.Cards(context.Background(), []string{last}); err != nil || len(cards) != 1 || cards[0].Name != personal[0] {
				t.Errorf("who stays is shown as %+v, %v", cards, err)
			}
			a.healthy()
			a.purge(last)
			if hits := a.found(); len(hits) > 0 {
				t.Errorf("found: %v", hits)
			}
			for _, gone := range []error{read[crm.Contact](a, oneContact), read[crm.Contact](a, twoContact), read[crm.Pair](a, pair)} {
				if crm.CodeOf(gone) != crm.CodeNotFound {
					t.Errorf("still there: %v", gone)
				}
			}
			a.healthy()
		})
	}
}

// Two leads have the same document: who stays keeps it.
func TestAPurgeLeavesAFileThatAnotherLeadHas(t *testing.T) {
	a := newArchive(t)
	lead, _ := a.graciela()
	other := makeLead(t, a.s, "Bruno")
	attach(t, a.s, other, "RG.pdf", personal[9])
	own := attach(t, a.s, lead, "só dela.pdf", "%PDF-1.7 só dela")
	a.purge(lead)
	if got, err := kept(a.s, hashOf(personal[9])); got != personal[9] {
		t.Errorf("Bruno's: %q, %v", got, err)
	}
	if a.s.HasFile(own.Hash) {
		t.Error("hers is still here")
	}
	a.healthy()
}
