package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"patio/sync/protocol"
)

// killing is a file that kills the hub at some of its reads.
type killing struct {
	*bytes.Reader
	at func()
}

func (k *killing) ReadAt(b []byte, off int64) (int, error) {
	k.at()
	return k.Reader.ReadAt(b, off)
}

// A hub is killed amid a file that a device brings: what it said that it has it
// has, and the device goes on there.
func TestAKilledHubGoesOnWithAFile(t *testing.T) {
	p, hub := stocked(t, "")
	d := join(t, p.enrolled("Dois Irmãos", "Carla"))
	listen := hub.at.Listen
	r := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 9<<20+5)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	id := protocol.BlobID(sha256.Sum256(b))
	kills, sent := 0, int64(0)
	file := &killing{Reader: bytes.NewReader(b)}
	var killed chan struct{}
	file.at = func() {
		sent++
		if killed != nil || kills == 5 || sent%2 == 0 {
			return
		}
		// While the part that is read now is on its way, or a moment before or after.
		kills++
		killed = make(chan struct{})
		victim, done := hub, killed
		go func() {
			defer close(done)
			victim.kill()
		}()
	}
	for {
		err := d.wire.PutBlob(t.Context(), d.ask.Replica, id, file, int64(len(b)))
		if err == nil {
			break
		}
		var refusal *protocol.Error
		if errors.As(err, &refusal) || killed == nil {
			t.Fatal(err)
		}
		<-killed
		killed = nil
		if hub, err = p.start("--listen", listen); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(hub.kill)
	}
	if kills == 0 {
		t.Error("no kill: the test shows nothing")
	}
	if killed != nil {
		<-killed
		var err error
		if hub, err = p.start("--listen", listen); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(hub.kill)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if size, err := d.wire.GetBlob(t.Context(), d.ask.Replica, id, out, 0); err != nil || size != int64(len(b)) {
		t.Fatal(size, err)
	}
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(out); err != nil || !bytes.Equal(got, b) {
		t.Errorf("another file of %d bytes, %v", len(got), err)
	}
	t.Logf("%d kills, %d parts of %d", kills, sent, len(b)/protocol.BlobPart+1)
	if exit := hub.stop(); exit != exitDone {
		t.Errorf("exit %d\n%s", exit, hub.log)
	}
}
