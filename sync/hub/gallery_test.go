package hub_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/hub/blobs"
	"patio/sync/protocol"
	"patio/sync/record"
)

// fieldFiles names blobs, in hexadecimal with commas.
var fieldFiles = record.Key{ID: 7}

// album is a policy of records that name blobs.
type album struct{ family }

func (album) Place(kind uint32, s *record.State) hub.Place {
	p := family{}.Place(kind, s)
	if f, ok := s.Live(fieldFiles); ok && f.Value != "" {
		for _, text := range strings.Split(f.Value, ",") {
			id, err := protocol.ReadBlobID(text)
			if err == nil {
				p.Blobs = append(p.Blobs, id)
			}
		}
	}
	return p
}

// gallery is a hub with files, small limits, and its door.
type gallery struct {
	*shop
	dir    string
	limits hub.BlobLimits
	door   http.Handler
}

// serve begins anew with the limits as they are.
func (g *gallery) serve() {
	g.t.Helper()
	folder, err := blobs.Open(g.dir)
	if err != nil {
		g.t.Fatal(err)
	}
	g.Hub = hub.New(g.store, album{}, func() time.Time { return g.now })
	g.KeepBlobs(folder, g.limits)
	g.door = g.Door(func(err error) { g.t.Errorf("inside: %v", err) })
}

// RoundTrip asks the door without a network.
func (g *gallery) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	g.door.ServeHTTP(w, r)
	return w.Result(), nil
}

func (d *desk) wire(line http.RoundTripper) *client.Wire {
	return &client.Wire{Address: "http://hub", Workspace: d.s.ws, Key: d.key, Client: &http.Client{Transport: line}}
}

// picture is some bytes and their id.
func picture(seed uint64, size int) ([]byte, protocol.BlobID) {
	b := make([]byte, size)
	r := rand.New(rand.NewPCG(seed, 9))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b, sha256.Sum256(b)
}

func (g *gallery) put(d *desk, b []byte) error {
	return d.wire(g).PutBlob(g.t.Context(), d.ask.Replica, sha256.Sum256(b), bytes.NewReader(b), int64(len(b)))
}

func (g *gallery) mustPut(d *desk, b []byte) {
	g.t.Helper()
	if err := g.put(d, b); err != nil {
		g.t.Fatal(err)
	}
}

func (g *gallery) get(d *desk, id protocol.BlobID) ([]byte, error) {
	f := file{g.t.TempDir()}
	out := f.open(g.t)
	defer out.Close()
	if _, err := d.wire(g).GetBlob(g.t.Context(), d.ask.Replica, id, out, 0); err != nil {
		return nil, err
	}
	return os.ReadFile(out.Name())
}

type file struct{ dir string }

func (f file) open(t *testing.T) *os.File {
	t.Helper()
	out, err := os.OpenFile(filepath.Join(f.dir, "file"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// gets says whether a device gets a blob.
func (g *gallery) gets(what string, d *desk, b []byte, want bool) {
	g.t.Helper()
	got, err := g.get(d, sha256.Sum256(b))
	if want {
		if err != nil || !bytes.Equal(got, b) {
			g.t.Errorf("%s: %d bytes, %v", what, len(got), err)
		}
		return
	}
	wantCode(g.t, what, err, protocol.CodeBlobUnknown)
}

func (d *desk) files(kind uint32, id record.ID, shop string, list ...[]byte) {
	d.s.t.Helper()
	var names []string
	for _, b := range list {
		names = append(names, protocol.BlobID(sha256.Sum256(b)).String())
	}
	if v := d.put(kind, id, map[record.Key]string{fieldShop: shop, fieldFiles: strings.Join(names, ",")}); v.Status != protocol.Accepted {
		d.s.t.Fatalf("%+v", v)
	}
}

// there says whether the file lies in the folder.
func (g *gallery) there(what string, b []byte, want bool) {
	g.t.Helper()
	name := protocol.BlobID(sha256.Sum256(b)).String()
	found, err := filepath.Glob(filepath.Join(g.dir, "*", name[:2], name[2:]))
	if err != nil || (len(found) == 1) != want {
		g.t.Errorf("%s: %v, %v", what, found, err)
	}
}

func (g *gallery) sweep() {
	g.t.Helper()
	if err := g.SweepBlobs(g.t.Context(), g.ws); err != nil {
		g.t.Fatal(err)
	}
}

// begin brings a small blob without a wire.
func (g *gallery) begin(d *desk, b []byte) error {
	size := int64(len(b))
	_, err := g.PutBlob(g.t.Context(), hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: sha256.Sum256(b)}, protocol.Span{To: size, Size: size}, b)
	return err
}

func idBytes(id record.ID) []byte { return id[:] }

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func numberOf(d *desk) string { return strconv.FormatUint(uint64(d.ask.Replica), 10) }
