package hub_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

func newGallery(t *testing.T) *gallery {
	t.Helper()
	g := &gallery{shop: newShop(t), dir: filepath.Join(t.TempDir(), "blobs")}
	g.limits = hub.BlobLimits{Size: 5 << 20, Spare: 10 << 20, Parts: 3, PartsFor: 24 * time.Hour, SpareFor: 30 * 24 * time.Hour}
	g.serve()
	return g
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

func TestABlobIsForWhoeverSeesARecordThatNamesIt(t *testing.T) {
	g := newGallery(t)
	writer, mate, stranger := g.join(shopA), g.join(shopA), g.join(shopB)
	b, _ := picture(1, 3<<20+77)
	g.gets("what isn't there", writer, b, false)
	g.mustPut(writer, b)
	g.gets("who brought it", writer, b, true)
	g.gets("before a record names it", mate, b, false)
	writer.files(deal, rid(1), "a", b)
	g.gets("in the record's shop", mate, b, true)
	g.gets("in another", stranger, b, false)

	// Who knows its name only doesn't get it by naming it.
	stranger.files(deal, rid(2), "b", b)
	g.gets("by a record of one's own", stranger, b, false)
	other := g.join(shopB)
	g.gets("by a forger's record", other, b, false)
	// Who brings all of it had it.
	g.mustPut(stranger, b)
	g.gets("the word is good now", other, b, true)

	// A record may come before its blob; then its writer is the one who brings it.
	late, _ := picture(2, 100)
	writer.files(deal, rid(3), "a", late)
	g.gets("not there yet", mate, late, false)
	mate.files(deal, rid(4), "a", late)
	g.mustPut(writer, late)
	g.gets("there", mate, late, true)

	// What a record names goes where the record goes.
	writer.put(deal, rid(1), map[record.Key]string{fieldShop: "b"})
	g.gets("out of sight", g.join(shopA), b, false)
	g.gets("who brought it has it anyway", writer, b, true)
}

func TestADeviceUnderAnotherNumberIsTheSame(t *testing.T) {
	g := newGallery(t)
	d, mate := g.join(shopA), g.join(shopA)
	b, id := picture(3, 1<<20)
	d.files(deal, rid(1), "a", b)
	first, err := g.Renew(t.Context(), g.ws, d.ask.Replica, d.key)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a number given up", g.put(d, b), protocol.CodeRetired)
	d.ask.Replica = first.Replica
	g.mustPut(d, b)
	g.gets("its word is good", mate, b, true)

	if err := g.Revoke(t.Context(), g.ws, d.ask.Replica); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a revoked device puts", g.put(d, b), protocol.CodeRevoked)
	_, err = g.get(d, id)
	wantCode(t, "a revoked device gets", err, protocol.CodeRevoked)
	d.key = []byte("guess")
	_, err = g.get(d, id)
	wantCode(t, "a stranger gets", err, protocol.CodeUnknown)
	wantCode(t, "a stranger puts", g.put(d, b), protocol.CodeUnknown)
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

func TestABlobGoesWhenNothingNamesItForAWhile(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	unnamed, _ := picture(1, 10)
	deleted, _ := picture(2, 20)
	replaced, _ := picture(3, 30)
	undeleted, _ := picture(4, 40)
	shared, _ := picture(5, 50)
	for _, b := range [][]byte{unnamed, deleted, replaced, undeleted, shared} {
		g.mustPut(d, b)
	}
	d.files(deal, rid(1), "a", deleted, shared)
	d.files(deal, rid(2), "a", replaced, shared)
	d.files(deal, rid(3), "a", undeleted)
	day := 24 * time.Hour
	g.now = g.now.Add(10 * day)
	d.mustPush(d.deletion(deal, rid(1)))
	d.mustPush(d.deletion(deal, rid(3)))
	d.files(deal, rid(2), "a", shared)
	g.now = g.now.Add(20*day + time.Second)
	g.sweep()
	g.there("named by nothing", unnamed, false)
	g.gets("named by nothing", d, unnamed, false)
	for _, b := range [][]byte{deleted, replaced, undeleted, shared} {
		g.there("not yet", b, true)
	}
	g.gets("of a deleted record, which may be brought back", d, undeleted, true)
	d.put(deal, rid(3), map[record.Key]string{fieldText: "again"})
	g.now = g.now.Add(10 * day)
	g.sweep()
	g.there("of a deleted record", deleted, false)
	g.there("replaced", replaced, false)
	g.there("of a record that was brought back", undeleted, true)
	g.there("of another one, too", shared, true)

	// It may be brought again.
	g.mustPut(d, deleted)
	g.gets("brought again", d, deleted, true)
}

func TestABlobGoesAtOnceWithItsLastErasedRecord(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	own, _ := picture(1, 10)
	shared, _ := picture(2, 20)
	g.mustPut(d, own)
	g.mustPut(d, shared)
	d.files(deal, rid(1), "a", own, shared)
	d.files(deal, rid(2), "a", shared)
	if err := g.Erase(t.Context(), g.ws, []record.ID{rid(1)}); err != nil {
		t.Fatal(err)
	}
	g.there("its own", own, false)
	g.gets("its own, by who brought it", d, own, false)
	g.there("another's, too", shared, true)
	d.mustPush(d.deletion(deal, rid(2)))
	if err := g.Erase(t.Context(), g.ws, []record.ID{rid(2)}); err != nil {
		t.Fatal(err)
	}
	g.there("of a deleted one", shared, false)
	// What is on its way goes, too.
	half, halfID := picture(6, 100)
	ask := hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: halfID}
	d.files(deal, rid(5), "a", half)
	if _, err := g.PutBlob(t.Context(), ask, protocol.Span{To: 50, Size: 100}, half[:50]); err != nil {
		t.Fatal(err)
	}
	if err := g.Erase(t.Context(), g.ws, []record.ID{rid(5)}); err != nil {
		t.Fatal(err)
	}
	if state, err := g.BlobState(t.Context(), ask, 100); err != nil || state.Have != 0 {
		t.Errorf("half of one: %+v, %v", state, err)
	}
	// Along with what it belongs to.
	child, _ := picture(3, 30)
	g.mustPut(d, child)
	d.put(call, rid(4), map[record.Key]string{fieldParent: string(idBytes(rid(3))), fieldFiles: protocol.BlobID(sha256.Sum256(child)).String()})
	if err := g.Erase(t.Context(), g.ws, []record.ID{rid(3)}); err != nil {
		t.Fatal(err)
	}
	g.there("of a child", child, false)
	g.mustPut(d, child)
	g.there("brought again", child, true)
	g.gets("brought again", d, child, true)
}

// begin brings a small blob without a wire.
func (g *gallery) begin(d *desk, b []byte) error {
	size := int64(len(b))
	_, err := g.PutBlob(g.t.Context(), hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: sha256.Sum256(b)}, protocol.Span{To: size, Size: size}, b)
	return err
}

func idBytes(id record.ID) []byte { return id[:] }

func TestLimitsOfWhatDevicesBring(t *testing.T) {
	g := newGallery(t)
	d, other := g.join(shopA), g.join(shopA)
	large, _ := picture(1, 5<<20+1)
	wantCode(t, "too large", g.put(d, large), protocol.CodeBlobTooLarge)
	five, _ := picture(2, 5<<20)
	four, _ := picture(3, 4<<20)
	two, _ := picture(4, 2<<20)
	g.mustPut(d, five)
	g.mustPut(other, four)
	wantCode(t, "too much that nothing names", g.put(d, two), protocol.CodeBlobRoom)
	d.files(deal, rid(1), "a", five)
	g.mustPut(d, two)
	// What is on its way counts by its whole size; a device's oldest goes for a further one.
	begin := func(d *desk, seed uint64, size int) protocol.BlobID {
		b, id := picture(seed, size)
		_, err := g.PutBlob(t.Context(), hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: id}, protocol.Span{To: 1 << 10, Size: int64(size)}, b[:1<<10])
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	have := func(d *desk, id protocol.BlobID, size int64) int64 {
		state, err := g.BlobState(t.Context(), hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: id}, size)
		if err != nil {
			t.Fatal(err)
		}
		return state.Have
	}
	mebibyte := 1 << 20
	first := begin(d, 10, mebibyte)
	old := time.Now().Add(-time.Hour)
	name := filepath.Join(g.dir, "*", "parts", first.String()+".*")
	if found, err := filepath.Glob(name); err != nil || len(found) != 1 {
		t.Fatal(found, err)
	} else if err := os.Chtimes(found[0], old, old); err != nil {
		t.Fatal(err)
	}
	begin(d, 11, mebibyte)
	third := begin(d, 12, mebibyte)
	fourth, fourthID := picture(13, mebibyte+1)
	wantCode(t, "no room for another's", g.put(other, fourth), protocol.CodeBlobRoom)
	if have(d, first, int64(mebibyte)) != 1<<10 {
		t.Error("it was let go before there were too many")
	}
	begin(d, 14, mebibyte)
	if have(d, first, int64(mebibyte)) != 0 || have(d, third, int64(mebibyte)) != 1<<10 {
		t.Error("the oldest is to go, and it alone")
	}
	// What nobody goes on with goes.
	g.now = time.Now().Add(23 * time.Hour)
	g.sweep()
	if have(d, third, int64(mebibyte)) == 0 {
		t.Error("gone too early")
	}
	g.now = time.Now().Add(25 * time.Hour)
	g.sweep()
	if have(d, third, int64(mebibyte)) != 0 {
		t.Error("it is there still")
	}
	// Records go before files: the disk's last bytes are theirs.
	left, failed := int64(len(fourth))+99, error(nil)
	g.limits.Reserve, g.limits.Free = 100, func() (int64, error) { return left, failed }
	g.serve()
	wantCode(t, "the disk's last bytes", g.put(other, fourth), protocol.CodeBlobRoom)
	left++
	g.mustPut(other, fourth)
	failed = errors.New("wanted")
	if err := g.begin(other, four[:100]); !errors.Is(err, failed) {
		t.Errorf("a disk that doesn't say: %v", err)
	}
	if have(other, fourthID, int64(len(fourth))) != int64(len(fourth)) {
		t.Error("not whole")
	}
}

func TestWhatIsNotWhatItsNameSaysIsForgotten(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	b, id := picture(1, 2<<20)
	other, _ := picture(2, 2<<20)
	wire := d.wire(g)
	err := wire.PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(other), int64(len(other)))
	if !errors.Is(err, client.ErrNotBlob) {
		t.Errorf("another file: %v", err)
	}
	g.there("another file", b, false)
	if err := wire.PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(nil), 0); !errors.Is(err, client.ErrNotBlob) {
		t.Errorf("an empty one: %v", err)
	}
	if err := wire.PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b[:100]), int64(len(b))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("one that ends early: %v", err)
	}
	// What an earlier attempt left is spoiled: all of it goes again.
	half := filepath.Join(g.dir, "*", "parts", id.String()+".*")
	at := protocol.Span{To: 1 << 20, Size: int64(len(b))}
	if _, err := g.PutBlob(t.Context(), hub.BlobAsk{Workspace: g.ws, Replica: d.ask.Replica, Key: d.key, Blob: id}, at, b[:1<<20]); err != nil {
		t.Fatal(err)
	}
	if found, err := filepath.Glob(half); err != nil || len(found) != 1 {
		t.Fatal(found, err)
	} else if err := os.WriteFile(found[0], other[:1<<20], 0o600); err != nil {
		t.Fatal(err)
	}
	g.mustPut(d, b)
	g.gets("sent again", d, b, true)

	// On the way back: what was here of an earlier attempt is no good.
	f := file{t.TempDir()}
	for what, there := range map[string][]byte{"spoiled": other[:1<<20], "too long": append(other, 1, 2, 3), "whole": b, "half": b[:999]} {
		out := f.open(t)
		if err := errors.Join(out.Truncate(0), func() error { _, err := out.WriteAt(there, 0); return err }()); err != nil {
			t.Fatal(err)
		}
		if size, err := wire.GetBlob(t.Context(), d.ask.Replica, id, out, int64(len(there))); err != nil || size != int64(len(b)) {
			t.Errorf("%s: %d, %v", what, size, err)
		}
		if got, err := os.ReadFile(out.Name()); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s: another file, %v", what, err)
		}
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	}
	// And when the hub's own disk spoiled it, nobody takes it for the file.
	name := id.String()
	found, err := filepath.Glob(filepath.Join(g.dir, "*", name[:2], name[2:]))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if err := os.WriteFile(found[0], other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := g.get(d, id); !errors.Is(err, client.ErrNotBlob) {
		t.Errorf("spoiled at the hub: %v", err)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	g.gets("lost at the hub", d, b, false)
	g.mustPut(d, b)
	g.gets("brought again", d, b, true)
}

func TestTwoDevicesBringOneBlobAtOnce(t *testing.T) {
	g := newGallery(t)
	g.limits.Spare = 1 << 30
	g.serve()
	b, _ := picture(1, 4<<20)
	var wait sync.WaitGroup
	desks := []*desk{g.join(shopA), g.join(shopB), g.join(shopA)}
	desks = append(desks, desks[0]) // one of them twice, as after a line that broke
	failed := make([]error, len(desks))
	for i, d := range desks {
		wait.Go(func() { failed[i] = g.put(d, b) })
	}
	wait.Wait()
	for i, d := range desks {
		if failed[i] != nil {
			t.Error(failed[i])
		}
		g.gets("who brought it", d, b, true)
	}
	if left, err := filepath.Glob(filepath.Join(g.dir, "*", "parts", "*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestAStrayFileIsTakenIn(t *testing.T) {
	g := newGallery(t)
	d, mate := g.join(shopA), g.join(shopA)
	named, namedID := picture(1, 100)
	loose, looseID := picture(2, 100)
	spoiled, spoiledID := picture(3, 100)
	for _, b := range [][]byte{named, loose, spoiled} {
		g.mustPut(d, b)
	}
	d.files(deal, rid(1), "a", named)
	g.there("spoiled", spoiled, true)
	name := spoiledID.String()
	found, err := filepath.Glob(filepath.Join(g.dir, "*", name[:2], name[2:]))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	if err := os.WriteFile(found[0], loose, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := g.store.Write(t.Context(), g.ws, func(tx hub.Tx) error {
		return tx.DropBlobs([]protocol.BlobID{namedID, looseID, spoiledID})
	}); err != nil {
		t.Fatal(err)
	}
	g.gets("unknown", mate, named, false)
	for range 2 {
		if err := g.AdoptBlobs(t.Context(), g.ws); err != nil {
			t.Fatal(err)
		}
	}
	g.gets("taken in", mate, named, true)
	g.gets("who brought it isn't known any more", d, loose, false)
	g.there("spoiled", spoiled, false)
	g.now = g.now.Add(31 * 24 * time.Hour)
	g.sweep()
	g.there("named", named, true)
	g.there("loose", loose, false)
}

func TestAHubWithoutAFolderTakesNoFiles(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	b, id := picture(1, 100)
	g.Hub = hub.New(g.store, album{}, func() time.Time { return g.now })
	g.door = g.Door(func(err error) { t.Errorf("inside: %v", err) })
	wantCode(t, "put", g.put(d, b), protocol.CodeBlobUnknown)
	_, err := g.get(d, id)
	wantCode(t, "get", err, protocol.CodeBlobUnknown)
	_, err = g.PutBlob(t.Context(), hub.BlobAsk{}, protocol.Span{To: 1, Size: 1}, []byte{1})
	wantCode(t, "straight", err, protocol.CodeBlobRoom)
	d.files(deal, rid(1), "a", b)
	if err := errors.Join(g.Erase(t.Context(), g.ws, []record.ID{rid(1)}), g.SweepBlobs(t.Context(), g.ws), g.AdoptBlobs(t.Context(), g.ws)); err != nil {
		t.Error(err)
	}
}

func TestTheBlobDoorRefusesWhatIsNoRequest(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	b, id := picture(1, 2<<20)
	g.mustPut(d, b)
	who := "?workspace=" + hexOf(g.ws[:]) + "&replica=" + numberOf(d)
	for name, c := range map[string]struct {
		method, path, header, value string
		body                        int
		code                        protocol.Code
	}{
		"no id":                   {"GET", "xyz" + who, "Range", "bytes=0-1", 0, protocol.CodeMalformed},
		"an id in capitals":       {"GET", strings.ToUpper(id.String()) + who, "Range", "bytes=0-1", 0, protocol.CodeMalformed},
		"nobody":                  {"GET", id.String(), "Range", "bytes=0-1", 0, protocol.CodeMalformed},
		"no range":                {"GET", id.String() + who, "", "", 0, protocol.CodeMalformed},
		"an open range":           {"GET", id.String() + who, "Range", "bytes=5-", 0, protocol.CodeMalformed},
		"a range backwards":       {"GET", id.String() + who, "Range", "bytes=5-4", 0, protocol.CodeMalformed},
		"a range without end":     {"GET", id.String() + who, "Range", "bytes=0-9223372036854775807", 0, protocol.CodeMalformed},
		"beyond its end":          {"GET", id.String() + who, "Range", "bytes=2097152-2097153", 0, protocol.CodeMalformed},
		"state of no size":        {"GET", id.String() + "/state" + who, "", "", 0, protocol.CodeMalformed},
		"state of less than none": {"GET", id.String() + "/state" + who + "&size=-1", "", "", 0, protocol.CodeMalformed},
		"nothing said of a part":  {"PUT", id.String() + who, "", "", 10, protocol.CodeMalformed},
		"a part beyond the whole": {"PUT", id.String() + who, "Content-Range", "bytes 0-9/5", 10, protocol.CodeMalformed},
		"an empty one":            {"PUT", id.String() + who, "Content-Range", "bytes 0-0/0", 0, protocol.CodeMalformed},
		"more than it says":       {"PUT", id.String() + who, "Content-Range", "bytes 0-4/50", 10, protocol.CodeMalformed},
		"a large part":            {"PUT", id.String() + who, "Content-Range", "bytes 0-1048576/2097152", 10, protocol.CodeTooLarge},
		"another workspace":       {"PUT", id.String() + "?workspace=00000000000000000000000000000000&replica=70000", "Content-Range", "bytes 0-4/5", 5, protocol.CodeUnknown},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, protocol.PathBlob+c.path, bytes.NewReader(make([]byte, c.body)))
		if c.header != "" {
			r.Header.Set(c.header, c.value)
		}
		r.Header.Set("Authorization", bearerOf(d.key))
		w := httptest.NewRecorder()
		g.door.ServeHTTP(w, r)
		if w.Body.String() != string(c.code) || w.Code != c.code.Status() {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
}

// broken is a line on which requests and answers end early.
type broken struct {
	to      http.RoundTripper
	request func() int // bytes of a body that get through, -1 all
	answer  func() int
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	whole, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	cut := b.request()
	if cut >= 0 && cut < len(whole) {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(whole[:cut]), torn{}))
	} else {
		r.Body = io.NopCloser(bytes.NewReader(whole))
	}
	answer, err := b.to.RoundTrip(r)
	if err != nil || cut >= 0 && cut < len(whole) {
		return nil, errors.Join(errTorn, err)
	}
	if cut = b.answer(); cut >= 0 {
		if cut == 0 {
			return nil, errTorn
		}
		answer.Body = io.NopCloser(io.MultiReader(io.LimitReader(answer.Body, int64(cut)), torn{}))
	}
	return answer, nil
}

var errTorn = errors.New("the line broke")

type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, errTorn }

// Wherever a line breaks, and however often, what arrived before counts, and in
// the end it is the file.
func TestALineThatBreaksAnywhereBringsABlobInTheEnd(t *testing.T) {
	g := newGallery(t)
	g.limits.Spare = 1 << 30
	g.serve()
	d := g.join(shopA)
	r := rand.New(rand.NewPCG(5, 5))
	for n := range 60 {
		size := 1 + r.IntN(300_000)
		if n%20 == 0 {
			size = protocol.BlobPart*(n/20) + n/20
			size = max(size, 1)
		}
		b, id := picture(uint64(n), size)
		offset := r.IntN(size + 1)
		all := func() int { return -1 }
		// Each request dies once, at its own byte; every second answer is lost or cut.
		odd := false
		line := &broken{g, all, all}
		line.request = func() int {
			if odd = !odd; odd {
				return offset
			}
			return -1
		}
		asked := 0
		line.answer = func() int {
			if asked++; asked%2 == 0 {
				return r.IntN(40)
			}
			return -1
		}
		wire := d.wire(line)
		var err error
		for range 200 { // as syncing would, after a while
			if err = wire.PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), int64(size)); err == nil {
				break
			}
			if !errors.Is(err, errTorn) && !errors.Is(err, client.ErrNoAnswer) {
				break
			}
		}
		if err != nil {
			t.Fatalf("%d bytes, cut at %d: %v", size, offset, err)
		}
		line.request = all
		line.answer = func() int { return r.IntN(offset + 100) }
		out := file{t.TempDir()}.open(t)
		for range 100_000 {
			st, failed := out.Stat()
			if failed != nil {
				t.Fatal(failed)
			}
			if _, err = wire.GetBlob(t.Context(), d.ask.Replica, id, out, st.Size()); err == nil || !errors.Is(err, errTorn) {
				break
			}
		}
		got, failed := os.ReadFile(out.Name())
		if err != nil || failed != nil || !bytes.Equal(got, b) {
			t.Fatalf("%d bytes back, cut at %d: %v, %v", size, offset, err, failed)
		}
		if err := out.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNobodyGoesOnForEver(t *testing.T) {
	g := newGallery(t)
	d := g.join(shopA)
	b, id := picture(1, 100_000)
	dead := &broken{g, func() int { return 0 }, func() int { return 0 }}
	if err := d.wire(dead).PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), 100_000); !errors.Is(err, errTorn) {
		t.Error(err)
	}
	g.mustPut(d, b)
	out := file{t.TempDir()}.open(t)
	defer out.Close()
	if _, err := d.wire(dead).GetBlob(t.Context(), d.ask.Replica, id, out, 0); !errors.Is(err, errTorn) {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.wire(g).PutBlob(ctx, d.ask.Replica, id, bytes.NewReader(b), 100_000); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// A hotel's page is no blob, nor is a part that wasn't asked for.
	for _, answer := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Welcome</html>") },
		func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", protocol.ContentBlob)
			w.Header().Set("Content-Range", "bytes 7-8/9")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, "xx")
		},
	} {
		hotel := handler(answer)
		if _, err := d.wire(hotel).GetBlob(t.Context(), d.ask.Replica, id, out, 0); !errors.Is(err, client.ErrNoAnswer) {
			t.Error(err)
		}
		if err := d.wire(hotel).PutBlob(t.Context(), d.ask.Replica, id, bytes.NewReader(b), 100_000); !errors.Is(err, client.ErrNoAnswer) {
			t.Error(err)
		}
	}
}

type handler http.HandlerFunc

func (h handler) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func numberOf(d *desk) string { return strconv.FormatUint(uint64(d.ask.Replica), 10) }
