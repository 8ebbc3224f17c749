package hub_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

func newGallery(t *testing.T) *gallery {
	t.Helper()
	g := &gallery{shop: newShop(t), dir: filepath.Join(t.TempDir(), "blobs")}
	g.limits = hub.BlobLimits{Size: 5 << 20, Spare: 10 << 20, Parts: 3, PartsFor: 24 * time.Hour, SpareFor: 30 * 24 * time.Hour}
	g.serve()
	return g
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
