package hub_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"patio/sync/hub"
	"patio/sync/protocol"
)

// A full disk keeps what it took, says so, and takes the rest once there is room.
func TestAFullDiskKeepsWhatItHasOfABlob(t *testing.T) {
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=8m"); err != nil {
		t.Fatalf("mount a tmpfs (root is needed): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(root, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	g := newGallery(t)
	g.dir = filepath.Join(root, "blobs")
	g.serve()
	d := g.join(shopA)
	b, id := picture(1, 4<<20)
	filler := filepath.Join(root, "filler")
	if err := os.WriteFile(filler, make([]byte, 5<<20+1<<19), 0o600); err != nil {
		t.Fatal(err)
	}
	wire := d.wire(g)
	err := wire.PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), int64(len(b)))
	wantCode(t, "a full disk", err, protocol.CodeBlobRoom)
	state, err := g.BlobState(t.Context(), hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: id}, int64(len(b)))
	if err != nil || state.Whole || state.Have < 1<<20 || state.Have > 3<<20 {
		t.Errorf("%+v, %v", state, err)
	}
	// Not even a first byte of another one has room.
	if err := os.WriteFile(filler+"2", make([]byte, 1<<20), 0o600); err == nil {
		t.Error("there is room still")
	}
	other, _ := picture(2, 100_000)
	wantCode(t, "another one", g.put(d, other), protocol.CodeBlobRoom)
	for _, name := range []string{filler, filler + "2"} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	g.mustPut(d, b)
	if got, err := g.get(d, id); err != nil || sha256.Sum256(got) != id {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
