package blobs

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"patio/sync/protocol"
	"patio/sync/record"
)

var ws = record.ID{1, 15: 2}

func opened(t *testing.T) *Folder {
	t.Helper()
	f, err := Open(filepath.Join(t.TempDir(), "a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Parts come in any order, twice, overlapping and from two sides at once: a part
// only grows by what goes on where it ends.
func TestAPartGrowsByWhatGoesOnWhereItEnds(t *testing.T) {
	f := opened(t)
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 1, 500).Draw(t, "file")
		p := Part{Workspace: ws, Blob: sha256.Sum256(b), Owner: [32]byte{9}, Size: int64(len(b))}
		if err := f.Forget(p); err != nil {
			t.Fatal(err)
		}
		want := 0
		for want < len(b) {
			from := rapid.IntRange(0, len(b)-1).Draw(t, "from")
			if rapid.Bool().Draw(t, "goes on") {
				from = want
			}
			to := rapid.IntRange(from, len(b)).Draw(t, "to")
			have, err := f.Append(p, int64(from), b[from:to])
			if from <= want && to > want {
				want = to
			}
			if kept, again := f.Have(p); err != nil || again != nil || have != int64(want) || kept != have {
				t.Fatalf("%d to %d: %d bytes, %d on the disk, want %d; %v, %v", from, to, have, kept, want, err, again)
			}
		}
		if err := errors.Join(f.Check(p), f.Finish(p), f.Finish(p)); err != nil {
			t.Fatal(err)
		}
		got, size, err := f.Read(ws, p.Blob, 0, 1000)
		if err != nil || size != p.Size || !bytes.Equal(got, b) {
			t.Fatalf("%d bytes, %v", size, err)
		}
		if have, err := f.Have(p); have != 0 || err != nil {
			t.Fatalf("%d bytes left, %v", have, err)
		}
		if err := errors.Join(f.Remove(ws, p.Blob), f.Remove(ws, p.Blob)); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAFolderTellsItsOwnFilesFromOthers(t *testing.T) {
	f := opened(t)
	b := []byte("a photo")
	id := protocol.BlobID(sha256.Sum256(b))
	all := func() (n int) {
		if err := f.All(ws, func(got protocol.BlobID, size int64) error {
			if got != id || size != int64(len(b)) {
				t.Errorf("%s of %d bytes", got, size)
			}
			n++
			return nil
		}); err != nil {
			t.Error(err)
		}
		return n
	}
	parts, err := f.Parts(ws)
	if all() != 0 || len(parts) != 0 || err != nil {
		t.Errorf("an empty folder: %v, %v", parts, err)
	}
	write := func(b []byte) func(io.Writer) error {
		return func(out io.Writer) error { _, err := out.Write(b); return err }
	}
	if err := errors.Join(f.Put(ws, id, write(b)), f.Put(ws, id, write(b))); err != nil {
		t.Fatal(err)
	}
	if err := f.Put(ws, id, write([]byte("another"))); !errors.Is(err, ErrDamaged) {
		t.Errorf("another one: %v", err)
	}
	wanted := errors.New("wanted")
	if err := f.Put(ws, id, func(io.Writer) error { return wanted }); !errors.Is(err, wanted) {
		t.Error(err)
	}
	p := Part{Workspace: ws, Blob: id, Owner: [32]byte{1, 2, 3}, Size: 7}
	if _, err := f.Append(p, 0, b[:3]); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"parts/note.txt", "parts/x.y.z", id.String()[:2] + "/desktop.ini"} {
		if err := os.WriteFile(filepath.Join(f.workspace(ws), name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parts, err = f.Parts(ws)
	if err != nil || len(parts) != 1 || parts[0].Blob != id || parts[0].Size != 7 || parts[0].Have != 3 || !parts[0].By(p.Owner) || parts[0].By([32]byte{2}) {
		t.Errorf("%+v, %v", parts, err)
	}
	if all() != 1 {
		t.Error("not one")
	}
	if err := f.Forget(parts[0].Part); err != nil {
		t.Error(err)
	}
	if have, err := f.Have(p); have != 0 || err != nil {
		t.Errorf("%d, %v", have, err)
	}
	if _, _, err := f.Read(ws, id, 7, 1); !errors.Is(err, io.EOF) {
		t.Errorf("beyond its end: %v", err)
	}
	if _, _, err := f.Read(record.ID{}, id, 0, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another workspace's: %v", err)
	}
	if err := f.Finish(p); err != nil { // it is there already
		t.Error(err)
	}
	if err := f.Check(p); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a part that is gone was checked: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file); err == nil {
		t.Error("a file was opened for a folder")
	}
}
