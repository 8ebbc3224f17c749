package hubd

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"patio/backend/crm"
	"patio/sync/hub/pgstore"
	"patio/sync/hub/sqlitestore"
)

// CodeOtherStore: the folder belongs to a hub whose workspaces are elsewhere.
const CodeOtherStore crm.Code = "hub.other_store"

// openStore opens the workspaces where the configuration says. A folder that
// once had its workspaces elsewhere is refused: an empty hub in its place would
// know none of its devices.
func openStore(ctx context.Context, f *folder, database string) (backing, error) {
	a, err := f.about()
	if err != nil {
		return nil, err
	}
	kind := storeSQLite
	if database != "" {
		kind = storePostgres
	}
	if a.Store != "" && a.Store != kind {
		return nil, crm.NewError(CodeOtherStore, "database", "store", a.Store)
	}
	if _, err := os.Stat(f.path(databaseName)); a.Store == storeSQLite && errors.Is(err, fs.ErrNotExist) {
		return nil, crm.NewError(crm.CodeNotFound, "database", "folder", f.dir).Because(err)
	}
	s, err := openKind(ctx, kind, f.path(databaseName), database)
	if err != nil || a.Store != "" {
		return s, err
	}
	a.Store = kind
	if err := f.setAbout(a); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openKind(ctx context.Context, kind, path, database string) (backing, error) {
	if kind == storePostgres {
		s, err := pgstore.Open(ctx, database)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	// SQLite gives what it makes beside the file the file's mode.
	made, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, ofFile(err, "data", path)
	}
	if err := made.Close(); err != nil {
		return nil, err
	}
	s, err := sqlitestore.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	return &fileStore{s, path}, nil
}

// fileStore is a store in a file.
type fileStore struct {
	*sqlitestore.Store
	path string
}

// Size counts the file and what waits beside it to be merged in.
func (s *fileStore) Size(context.Context) (size int64, err error) {
	for _, path := range []string{s.path, s.path + "-wal"} {
		st, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		size += st.Size()
	}
	return size, nil
}
