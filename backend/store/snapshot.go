package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"patio/backend/crm"
	"patio/sync/vv"
)

// Kinds of snapshot.
const (
	SnapshotDaily     = "daily"     // at the day's first start
	SnapshotHourly    = "hourly"    // after 4 hours with edits
	SnapshotMigration = "migration" // before the schema changed
	SnapshotManual    = "manual"    // a person asked for it
	SnapshotRestore   = "restore"   // before another one took the database's place
	SnapshotJoin      = "join"      // before the hub's leads did, as somebody chose when joining
)

// Snapshot is a whole, checked copy of the database at one moment.
type Snapshot struct {
	ID    string `json:"id"`
	At    int64  `json:"at"` // ms UTC
	Bytes int64  `json:"bytes"`
	Kind  string `json:"kind"`

	replica vv.Replica // whose database it was
}

const (
	snapshotFolder = "snapshots"
	snapshotEvery  = 4 * time.Hour
	snapshotTime   = "20060102T150405.000Z"
)

// snapshots is what the store knows of its snapshots while it runs.
type snapshots struct {
	mu       sync.Mutex
	err      *crm.Error // why the last automatic snapshot or its copy failed
	copiedAt int64      // ms UTC of the newest snapshot in the second folder
}

func (s *Store) snapshotDir() string { return filepath.Join(s.dir, snapshotFolder) }

var snapshotName = regexp.MustCompile(`^patio-([0-9a-f]{8})-(\d{8}T\d{6}\.\d{3}Z)-(daily|hourly|migration|manual|restore|join)$`)

// parseSnapshot reads a snapshot's name; only what was checked bears one.
func parseSnapshot(id string) (Snapshot, bool) {
	m := snapshotName.FindStringSubmatch(id)
	if m == nil {
		return Snapshot{}, false
	}
	replica, err := strconv.ParseUint(m[1], 16, 32)
	at, err2 := time.Parse(snapshotTime, m[2])
	return Snapshot{ID: id, At: at.UnixMilli(), Kind: m[3], replica: vv.Replica(replica)}, err == nil && err2 == nil
}

// listSnapshots answers the snapshots of a folder, the newest first; none when
// there is no folder.
func (s *Store) listSnapshots(dir string) ([]Snapshot, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, folderFailure(dir, err)
	}
	list := []Snapshot{}
	for _, entry := range entries {
		name := entry.Name()
		if filepath.Ext(name) != ".db" {
			continue
		}
		snap, ok := parseSnapshot(name[:len(name)-len(".db")])
		if !ok {
			continue
		}
		if st, err := entry.Info(); err == nil {
			snap.Bytes = st.Size()
			list = append(list, snap)
		}
	}
	slices.SortFunc(list, func(a, b Snapshot) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ID, a.ID))
	})
	return list, nil
}

// Snapshots answers the snapshots in the data folder, the newest first.
func (s *Store) Snapshots(context.Context) ([]Snapshot, error) {
	return s.listSnapshots(s.snapshotDir())
}

// TakeSnapshot makes a snapshot, checks it, copies it to the second folder and
// removes those that are no longer needed. A copy that fails fails nothing:
// SnapshotStatus tells. Codes: disk_full, read_only, database.corrupt.
func (s *Store) TakeSnapshot(ctx context.Context, kind string) (Snapshot, error) {
	s.files.Lock()
	defer s.files.Unlock()
	return s.takeSnapshot(ctx, kind)
}

func (s *Store) takeSnapshot(ctx context.Context, kind string) (Snapshot, error) {
	snap, err := s.makeSnapshot(ctx, kind)
	if err != nil {
		return Snapshot{}, err
	}
	s.copyOut(ctx, snap)
	s.removeExpired(ctx)
	return snap, nil
}

// makeSnapshot writes the snapshot under a temporary name, which it loses once
// the copy is checked and durable. The caller holds files.
func (s *Store) makeSnapshot(ctx context.Context, kind string) (snap Snapshot, err error) {
	dir := s.snapshotDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return snap, makeFailure(dir, err)
	}
	err = s.asideLocked(ctx, func(db *sql.DB) error {
		before, err := countOf(ctx, db)
		if err != nil {
			return err
		}
		if snap, err = nameSnapshot(dir, before.replica, s.now(), kind); err != nil {
			return err
		}
		return s.vacuumInto(ctx, db, before, filepath.Join(dir, snap.ID+partSuffix), kind)
	})
	part, path := filepath.Join(dir, snap.ID+partSuffix), filepath.Join(dir, snap.ID+".db")
	if err == nil {
		err = syncFile(part)
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err == nil {
		err = syncFolder(dir)
	}
	var st fs.FileInfo
	if err == nil {
		st, err = os.Stat(path)
	}
	if err != nil {
		_ = os.Remove(part)
		return Snapshot{}, s.fail("take snapshot", err)
	}
	snap.Bytes = st.Size()
	s.log.Info().Str("snapshot", snap.ID).Int64("bytes", snap.Bytes).Msg("snapshot taken")
	return snap, nil
}

// nameSnapshot finds a name that is free.
func nameSnapshot(dir string, replica vv.Replica, at time.Time, kind string) (Snapshot, error) {
	for ; ; at = at.Add(time.Millisecond) {
		snap, ok := parseSnapshot(fmt.Sprintf("patio-%08x-%s-%s", uint32(replica), at.UTC().Format(snapshotTime), kind))
		if !ok {
			return snap, crm.NewError(crm.CodeInvalid, "kind", "value", kind)
		}
		if _, err := os.Stat(filepath.Join(dir, snap.ID+".db")); err != nil {
			return snap, nil
		}
	}
}

// vacuumInto copies the database and holds the copy against the original.
func (s *Store) vacuumInto(ctx context.Context, db *sql.DB, before tally, part, kind string) error {
	if err := s.roomFor(before.bytes, kind); err != nil {
		return err
	}
	if err := s.checkLayout(ctx, db); err != nil { // a copy would have the flaw, too
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	after, err := countOf(ctx, db)
	if err != nil {
		return err
	}
	copied, err := checkSnapshot(ctx, part)
	if err != nil {
		return err
	}
	if copied.counter < before.counter || copied.counter > after.counter ||
		before.counter == after.counter && copied.records != before.records {
		return crm.NewError(crm.CodeCorrupt, "").Because(fmt.Errorf("snapshot holds %+v, the database %+v and then %+v", copied, before, after))
	}
	return nil
}

// roomFor leaves the floor to people's saves, except where a person asked.
func (s *Store) roomFor(bytes int64, kind string) error {
	if kind == SnapshotDaily || kind == SnapshotHourly {
		return s.Room(bytes)
	}
	free, err := FreeSpace(s.dir)
	if err == nil && free < bytes {
		return crm.NewError(crm.CodeDiskFull, "", "folder", s.dir)
	}
	return err
}

// tally tells a database from one with less or more in it.
type tally struct {
	replica vv.Replica
	counter int64 // writes of the replica
	records int64
	bytes   int64
}

func countOf(ctx context.Context, db *sql.DB) (t tally, err error) {
	var pages, free, size int64
	for pragma, into := range map[string]*int64{"page_count": &pages, "freelist_count": &free, "page_size": &size} {
		if err := db.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(into); err != nil {
			return t, err
		}
	}
	t.bytes = (pages - free) * size
	err = db.QueryRowContext(ctx, "SELECT number,counter,(SELECT count(*) FROM sync_records) FROM replica").Scan(&t.replica, &t.counter, &t.records)
	if errors.Is(err, sql.ErrNoRows) { // a kill came between the schema and the replica's number
		err = nil
	}
	return t, err
}

// checkSnapshot checks a snapshot's file and answers what it holds.
func checkSnapshot(ctx context.Context, path string) (t tally, err error) {
	db, err := sql.Open("sqlite", asideDSN(path, true))
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := pragmaCheck(ctx, db, "PRAGMA quick_check"); err != nil {
		return t, err
	}
	return countOf(ctx, db)
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// beforeMigration keeps the database as it is before its schema changes.
func (s *Store) beforeMigration(ctx context.Context) error {
	s.tell("snapshot", 0, 0)
	s.files.Lock()
	defer s.files.Unlock()
	_, err := s.makeSnapshot(ctx, SnapshotMigration)
	return err
}
