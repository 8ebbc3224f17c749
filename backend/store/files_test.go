package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

const limit = 1 << 20

func hashOf(b string) string {
	sum := sha256.Sum256([]byte(b))
	return hex.EncodeToString(sum[:])
}

// attach keeps bytes and names them by an attachment of a lead.
func attach(t testing.TB, s *Store, lead, name, bytes string) crm.Attachment {
	t.Helper()
	a := crm.Attachment{LeadID: lead, Name: name, Mime: "image/jpeg"}
	err := s.KeepFile(context.Background(), strings.NewReader(bytes), int64(len(bytes)), limit, func(f File) error {
		a.Hash, a.Size = f.Hash, f.Size
		_, err := s.Transact(context.Background(), Op{Label: "attachment.add"}, func(tx *Tx) error {
			a.CreatedAt = tx.Now
			return Put(tx, &a)
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func detach(t testing.TB, s *Store, id string) {
	t.Helper()
	must(s.Transact(context.Background(), Op{Label: "attachment.delete"}, func(tx *Tx) error { return Delete[crm.Attachment](tx, id) }))
}

// kept answers a file's bytes.
func kept(s *Store, hash string) (string, error) {
	f, err := s.OpenFile(hash)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return string(b), err
}

// inFiles lists what lies in the folder of files.
func inFiles(t testing.TB, s *Store) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(s.dir, filesFolder), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(s.dir, path)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return out
}

func TestAFileLiesUnderItsHashOnce(t *testing.T) {
	s := open(t)
	a, b := makeLead(t, s, "Ana"), makeLead(t, s, "Bruno")
	one, two := attach(t, s, a, "foto.jpg", "um carro"), attach(t, s, b, "outra.jpg", "um carro")
	hash := hashOf("um carro")
	if one.Hash != hash || two.Hash != hash || one.Size != 8 {
		t.Errorf("%+v, %+v", one, two)
	}
	if got := inFiles(t, s); len(got) != 1 || got[0] != "files/"+hash[:2]+"/"+hash[2:] {
		t.Errorf("%v", got)
	}
	if got, err := kept(s, hash); got != "um carro" || err != nil || !s.HasFile(hash) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWhatIsNotKeptWholeLeavesNothing(t *testing.T) {
	s := open(t)
	pulled := errors.New("the disk was pulled out")
	for name, c := range map[string]struct {
		in   io.Reader
		size int64
		code crm.Code
	}{
		"too large":                    {strings.NewReader(strings.Repeat("x", limit+1)), limit + 1, crm.CodeAttachmentTooLarge},
		"larger than it said":          {strings.NewReader(strings.Repeat("x", limit+1)), 1, crm.CodeAttachmentTooLarge},
		"empty":                        {strings.NewReader(""), 0, crm.CodeRequired},
		"broken off":                   {io.MultiReader(strings.NewReader("half"), iotest.ErrReader(pulled)), 8, crm.CodeInternal},
		"refused by who would name it": {strings.NewReader("a file"), 6, crm.CodeNotFound},
	} {
		err := s.KeepFile(context.Background(), c.in, c.size, limit, func(File) error { return crm.NewError(crm.CodeNotFound, "leadId") })
		if crm.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := inFiles(t, s); len(got) != 1 || !strings.HasSuffix(got[0], hashOf("a file")[2:]) { // found and collected later
		t.Errorf("left: %v", got)
	}
	err := s.KeepFile(context.Background(), strings.NewReader(strings.Repeat("x", limit)), limit, limit, func(File) error { return nil })
	if err != nil {
		t.Errorf("as large as may be: %v", err)
	}
	var own *crm.Error
	err = s.KeepFile(context.Background(), strings.NewReader("x"), 11<<20, 10<<20, nil)
	if !errors.As(err, &own) || own.Params["max"] != "10" {
		t.Errorf("it doesn't say the limit: %v", err)
	}
}

func TestAFileThatIsGoneOrChangedIsSaidAndNeverShown(t *testing.T) {
	s := open(t)
	lead := makeLead(t, s, "Ana")
	a := attach(t, s, lead, "foto.jpg", "um carro")
	path := must(filePath(s.dir, a.Hash))
	writeFile(t, path, "um Carro")
	_, err := kept(s, a.Hash)
	wantCode(t, err, crm.CodeAttachmentDamaged)
	if s.HasFile(a.Hash) {
		t.Error("it is offered again")
	}
	if b, err := os.ReadFile(path + damagedSuffix); string(b) != "um Carro" || err != nil {
		t.Errorf("its bytes were thrown away: %v", err)
	}
	_, err = kept(s, a.Hash)
	wantCode(t, err, crm.CodeAttachmentMissing)
	attach(t, s, lead, "de novo.jpg", "um carro") // brought again, both have it
	if got, err := kept(s, a.Hash); got != "um carro" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, no := range []string{"", "../../patio.db", strings.Repeat("z", 64), strings.Repeat("A", 64), a.Hash + "/..", a.Hash[:62]} {
		_, err := s.OpenFile(no)
		wantCode(t, err, crm.CodeAttachmentMissing)
	}
}

func TestAnAttachmentStandsInTheTimelineAndComesBack(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	s := openAt(t, dir)
	lead := makeLead(t, s, "Ana")
	a := attach(t, s, lead, "foto.jpg", "um carro")
	shown := func() (names []string, changes []crm.FieldChange) {
		items, _, err := s.Timeline(ctx, lead, 0, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range items {
			if it.Attachment != nil {
				names = append(names, it.Attachment.Name)
			}
			changes = append(changes, it.Changes...)
		}
		return names, changes
	}
	if names, _ := shown(); len(names) != 1 || names[0] != "foto.jpg" {
		t.Errorf("%v", names)
	}
	var told crm.Change
	off := s.Subscribe(func(c crm.Change, _ bool) { told = c })
	detach(t, s, a.ID)
	off()
	if len(told.LeadIDs) != 1 || told.LeadIDs[0] != lead {
		t.Errorf("the window hears of %+v", told)
	}
	names, changes := shown()
	if len(names) != 0 || len(changes) != 1 || changes[0] != (crm.FieldChange{Field: "attachment.deleted", Old: "foto.jpg", New: "1"}) {
		t.Errorf("deleted: %v, %v", names, changes)
	}
	closeStore(t, s)
	s = openAt(t, dir)
	must(s.Undo(ctx, nil))
	if list := must(s.Attachments(ctx, lead)); len(list) != 1 || list[0] != a {
		t.Errorf("after a restart and an undo: %+v", list)
	}
	must(s.Undo(ctx, nil))
	if list := must(s.Attachments(ctx, lead)); len(list) != 0 {
		t.Errorf("its making undone: %+v", list)
	}
	wantWhole(t, s)
}

func TestAFileStaysWhileItsDeletionCanBeUndoneAndThenGoes(t *testing.T) {
	ctx := context.Background()
	w := newArchive(t)
	s := w.s
	lead, other := makeLead(t, s, "Ana"), makeLead(t, s, "Bruno")
	gone, shared := attach(t, s, lead, "foto.jpg", "um carro"), attach(t, s, lead, "rg.jpg", "um documento")
	attach(t, s, other, "rg.jpg", "um documento")
	back := attach(t, s, lead, "volta.jpg", "um recibo")
	writeFile(t, filepath.Join(s.dir, filesFolder, "begun"+partSuffix), "begun and killed")
	collect := func() {
		t.Helper()
		if err := s.collectFiles(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for _, a := range []crm.Attachment{gone, shared, back} {
		detach(t, s, a.ID)
	}
	collect()
	w.now = w.now.Add(fileRest)
	must(s.Transact(ctx, Op{Label: "attachment.add"}, func(tx *Tx) error { return Put(tx, &back) }))
	collect()
	if !s.HasFile(gone.Hash) || !s.HasFile(shared.Hash) || len(inFiles(t, s)) != 3 {
		t.Fatalf("too early: %v", inFiles(t, s))
	}
	w.now = w.now.Add(time.Minute)
	collect()
	if s.HasFile(gone.Hash) || !s.HasFile(shared.Hash) || !s.HasFile(back.Hash) {
		t.Errorf("after its time: %v", inFiles(t, s))
	}
	detach(t, s, back.ID)
	collect()
	w.now = w.now.Add(fileRest - time.Minute)
	collect()
	if !s.HasFile(back.Hash) {
		t.Error("its time began before it was deleted again")
	}
}

func TestACopyForAViewerBearsItsNameAndGoesAtTheNextStart(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	a := attach(t, s, makeLead(t, s, "Ana"), "foto.jpg", "um carro")
	path := must(s.CopyFile(a.Hash, "../foto.jpg"))
	if b, err := os.ReadFile(path); filepath.Base(path) != "foto.jpg" || string(b) != "um carro" || err != nil || !within(filepath.Join(dir, viewingFolder), path) {
		t.Errorf("%s: %q, %v", path, b, err)
	}
	closeStore(t, s)
	openAt(t, dir)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestAKilledCopyLeavesNoHalfFile(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	lead := makeLead(t, s, "Ana")
	// As a kill leaves it: some bytes that are on no disk for sure, and no record.
	if err := os.MkdirAll(filepath.Join(dir, filesFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, filesFolder, "123"+partSuffix), "um ca")
	closeStore(t, s)
	s, err := Open(context.Background(), Config{Dir: dir, Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	defer closeStore(t, s)
	<-s.background.started
	if got := inFiles(t, s); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	attach(t, s, lead, "foto.jpg", "um carro")
	if got, err := kept(s, hashOf("um carro")); err != nil || !bytes.Equal([]byte(got), []byte("um carro")) {
		t.Errorf("%q, %v", got, err)
	}
}
