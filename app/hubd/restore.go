package hubd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/record"
)

// Restored is what a restore did.
type Restored struct {
	Workspaces []Workspace `json:"workspaces"`
	Erased     int         `json:"erased"` // records that the backup still had and the ledger told to erase
	Aside      string      `json:"aside"`  // folder in the data folder with what was replaced, "" when there was nothing
}

// Restore puts a backup in the place of a folder's workspaces while no hub
// runs. Every workspace begins a new generation: its devices take new numbers
// and bring back what the backup lacks. What was erased since stays erased, as
// the folder's ledger says and, if one is named, that of another folder.
//
// file "" is for PostgreSQL, which brings its database back by its own tools:
// only what has to follow is done. Errors: locked, hub.not_backup, not_found,
// unsupported, hub.other_store.
func Restore(ctx context.Context, cfg Config, file, ledgerFile string) (r Restored, err error) {
	if (file == "") != (cfg.Database != "") {
		return r, crm.NewError(crm.CodeUnsupported, "database")
	}
	var more []byte
	if ledgerFile != "" {
		if more, err = os.ReadFile(ledgerFile); err != nil {
			return r, ofFile(err, "ledger", ledgerFile)
		}
	}
	if file == "" {
		return restoreHere(ctx, cfg, more)
	}
	in, err := os.Open(file)
	if err != nil {
		return r, ofFile(err, "file", file)
	}
	defer in.Close()
	f, err := openFolder(cfg.Dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	if a, err := f.about(); err != nil {
		return r, err
	} else if a.Store == storePostgres {
		return r, crm.NewError(CodeOtherStore, "database", "store", a.Store)
	}
	dir, err := os.MkdirTemp(f.dir, scratchName+"*")
	if err != nil {
		return r, ofFile(err, "data", f.dir)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	return f.restore(ctx, cfg, in, dir, more)
}

// restoreHere moves the workspaces of a database on that was brought back.
func restoreHere(ctx context.Context, cfg Config, more []byte) (r Restored, err error) {
	s, err := Open(ctx, cfg)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.folder.mergeLedger(more); err != nil {
		return r, err
	}
	return s.beginAnew(ctx)
}

// restore completes the backup beside the database before it takes its place.
func (f *folder) restore(ctx context.Context, cfg Config, in io.Reader, dir string, more []byte) (r Restored, err error) {
	path := filepath.Join(dir, databaseName)
	if err := writeWhole(path, func(out io.Writer) error { _, err := io.Copy(out, in); return err }); err != nil {
		return r, err
	}
	files, err := uncarry(ctx, path)
	if err != nil {
		return r, err
	}
	if err := f.uncarryBlobs(ctx, path); err != nil {
		return r, err
	}
	if err := f.mergeLedger(slices.Concat(files[ledgerName], more)); err != nil {
		return r, err
	}
	if r, err = f.renewed(ctx, cfg, path); err != nil {
		return r, err
	}
	aside := f.freeAside(cfg.Now())
	for _, name := range []string{databaseName, databaseName + "-wal", databaseName + "-shm"} {
		if err := f.setAside(aside, name); err != nil {
			return r, err
		}
	}
	for _, name := range []string{certName, keyName} { // the pair that the backup's devices pinned
		if err := f.replace(aside, name, files[name]); err != nil {
			return r, err
		}
	}
	if _, err := os.Stat(f.path(aside)); err == nil {
		r.Aside = aside
	}
	if err := os.Rename(path, f.path(databaseName)); err != nil {
		return r, ofFile(err, "data", f.dir)
	}
	a, err := f.about()
	if err != nil {
		return r, err
	}
	a.Store, a.Key = storeSQLite, true
	return r, errors.Join(f.setAbout(a), syncFolder(f.dir))
}

// renewed begins new generations in a database that isn't in its place yet.
func (f *folder) renewed(ctx context.Context, cfg Config, path string) (r Restored, err error) {
	store, err := openKind(ctx, storeSQLite, path, "")
	if err != nil {
		return r, crm.NewError(CodeNotBackup, "file").Because(err)
	}
	ledger, err := openLedger(f.path(ledgerName))
	if err != nil {
		return r, errors.Join(err, store.Close())
	}
	s := &Service{cfg: cfg, folder: f, ledger: ledger, store: &kept{store, ledger}}
	if err = s.makeHub(); err == nil {
		r, err = s.beginAnew(ctx)
	}
	return r, errors.Join(err, store.Close(), ledger.close())
}

// beginAnew gives each workspace a new generation under a hub number that none
// had, and erases what the ledger says.
func (s *Service) beginAnew(ctx context.Context) (r Restored, err error) {
	text, err := os.ReadFile(s.folder.path(ledgerName))
	if err != nil {
		return r, err
	}
	told, err := readPast(text)
	if err != nil {
		return r, err
	}
	ids, err := s.store.Workspaces(ctx)
	if err != nil {
		return r, err
	}
	for _, ws := range ids {
		if err := s.newGeneration(ctx, ws, told); err != nil {
			return r, err
		}
		left, err := s.notErased(ctx, ws, told.erased[ws])
		if err != nil {
			return r, err
		}
		if len(left) > 0 {
			if err := s.hub.Erase(ctx, ws, left); err != nil {
				return r, err
			}
		}
		r.Erased += len(left)
		if err := s.hub.AdoptBlobs(ctx, ws); err != nil {
			return r, err
		}
	}
	r.Workspaces, err = s.listWorkspaces(ctx, struct{}{})
	return r, err
}

func (s *Service) newGeneration(ctx context.Context, ws record.ID, told past) error {
	for {
		if err := s.hub.NewEpoch(ctx, ws); err != nil {
			return err
		}
		var head hub.Head
		if err := s.store.Read(ctx, ws, func(v hub.View) (err error) { head, err = v.Head(); return err }); err != nil {
			return err
		}
		if head.Hub > told.hubs[ws] {
			return nil
		}
	}
}

// atOnce is how many ids are looked up at once.
const atOnce = 500

func (s *Service) notErased(ctx context.Context, ws record.ID, ids map[record.ID]bool) (left []record.ID, err error) {
	sorted := slices.SortedFunc(maps.Keys(ids), func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) })
	err = s.store.Read(ctx, ws, func(v hub.View) error {
		for some := range slices.Chunk(sorted, atOnce) {
			erased, err := v.IsErased(some)
			if err != nil {
				return err
			}
			left = append(left, slices.DeleteFunc(slices.Clone(some), func(id record.ID) bool { return erased[id] })...)
		}
		return nil
	})
	return left, err
}

// mergeLedger adds another ledger's lines to this folder's.
func (f *folder) mergeLedger(more []byte) error {
	if _, err := readPast(more); err != nil {
		return crm.NewError(CodeNotBackup, "ledger").Because(err)
	}
	l, err := openLedger(f.path(ledgerName))
	if err != nil {
		return err
	}
	text, err := os.ReadFile(f.path(ledgerName))
	if err != nil {
		return errors.Join(err, l.close())
	}
	have := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		have[line] = true
	}
	var lines []string
	for line := range strings.Lines(string(more)) {
		if !strings.HasSuffix(line, "\n") {
			line += "\n"
		}
		if !have[line] {
			have[line] = true
			lines = append(lines, line)
		}
	}
	return errors.Join(l.add(lines), l.close())
}

// freeAside names a folder that isn't there yet.
func (f *folder) freeAside(now time.Time) string {
	name := setAsideName + now.UTC().Format("20060102T150405Z")
	for n := 2; ; n++ {
		if _, err := os.Lstat(f.path(name)); err != nil {
			return name
		}
		name = fmt.Sprintf("%s%s-%d", setAsideName, now.UTC().Format("20060102T150405Z"), n)
	}
}

// replace puts a file in the place of another, of which a copy is set aside. At
// no moment is there none.
func (f *folder) replace(aside, name string, text []byte) error {
	now, err := os.ReadFile(f.path(name))
	if err == nil && bytes.Equal(now, text) {
		return nil
	}
	if err == nil {
		if err := os.MkdirAll(f.path(aside), 0o700); err != nil {
			return ofFile(err, "data", f.dir)
		}
		err = writeWhole(filepath.Join(f.path(aside), name), func(out io.Writer) error { _, err := out.Write(now); return err })
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return ofFile(err, "data", f.dir)
	}
	return writeWhole(f.path(name), func(out io.Writer) error { _, err := out.Write(text); return err })
}

// setAside moves a file into a folder beside it.
func (f *folder) setAside(aside, name string) error {
	if _, err := os.Stat(f.path(name)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(f.path(aside), 0o700); err != nil {
		return ofFile(err, "data", f.dir)
	}
	if err := os.Rename(f.path(name), filepath.Join(f.path(aside), name)); err != nil {
		return fmt.Errorf("set %s aside: %w", name, ofFile(err, "data", f.dir))
	}
	return nil
}
