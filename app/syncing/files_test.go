package syncing

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"patio/backend/crm"
	"patio/backend/leads"
)

// photo is a JPEG by its first bytes, of several parts of a blob.
func photo(of string) []byte {
	return append([]byte("\xff\xd8\xff"+of), bytes.Repeat([]byte("um carro na frente da loja "), 90_000)...)
}

func (p *pc) attach(lead, name string, b []byte) {
	p.t.Helper()
	if _, err := leads.Attach(p.t.Context(), p.store, lead, name, bytes.NewReader(b), int64(len(b))); err != nil {
		p.t.Fatal(err)
	}
	signal(p.moved)
}

// attached answers what is on a lead, and its bytes by name; nil of those that
// aren't here.
func (p *pc) attached(lead string) map[string][]byte {
	p.t.Helper()
	list, err := p.store.Attachments(p.t.Context(), lead)
	if err != nil {
		p.t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, a := range list {
		out[a.Name] = nil
		if !p.store.HasFile(a.Hash) {
			continue
		}
		f, err := p.store.OpenFile(a.Hash)
		if err != nil {
			p.t.Fatal(err)
		}
		if out[a.Name], err = io.ReadAll(f); err != nil {
			p.t.Fatal(err)
		}
		_ = f.Close()
	}
	return out
}

// has says whether a lead has so many attachments, and all their files are here.
func (p *pc) has(lead string, n int) bool {
	list := p.attached(lead)
	for _, b := range list {
		if b == nil {
			return false
		}
	}
	return len(list) == n
}

func TestAPhotoIsSeenOnTheOtherPCByItself(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.attach(id, "antes.jpg", photo("before it joined"))
	a.sync.Start()
	b.sync.Start()
	a.join(hub.code())
	b.join(hub.code())
	b.until("what was attached before", func() bool { return b.has(id, 1) })
	b.attach(id, "depois.jpg", photo("after"))
	a.until("what was attached after", func() bool { return a.has(id, 2) })
	if got := a.attached(id); !bytes.Equal(got["depois.jpg"], photo("after")) {
		t.Errorf("%d bytes came", len(got["depois.jpg"]))
	}
}

func TestAPhotoWaitsForTheHubAndForItsBringer(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	b.join(hub.code())
	a.attach(id, "frente.jpg", photo("front"))
	if _, err := a.sync.Sync(t.Context()); err != nil { // the record alone
		t.Fatal(err)
	}
	b.sync.Start()
	b.until("the record", func() bool { return len(b.attached(id)) == 1 })
	if b.has(id, 1) {
		t.Fatal("the file came from nowhere")
	}
	hub.stop()
	a.sync.Start()
	a.attach(id, "lado.jpg", photo("side"))
	a.until("an absent hub", func() bool { return a.status().Phase == PhaseOffline })
	hub.serve()
	a.sync.Now()
	b.sync.Now()
	b.until("both photos", func() bool { return b.has(id, 2) })
}

func TestAHalfFetchedPhotoIsGoneOnWithAndASpoiledOneFetchedAnew(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	b.join(hub.code())
	a.attach(id, "frente.jpg", photo("front"))
	a.attach(id, "lado.jpg", photo("side"))
	a.sync.Start()
	a.until("both at the hub", func() bool {
		past, err := a.sync.local.Past(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		left, err := a.store.Unsent(t.Context(), past.Epoch[:])
		if err != nil {
			t.Fatal(err)
		}
		signal(a.moved)
		return past.Heard && len(left) == 0
	})
	if _, err := b.sync.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	// As a kill left them: of one a good half, of the other one that is no good.
	list, err := b.store.Attachments(t.Context(), id)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, at := range list {
		half := photo("front")[:1_100_000]
		if at.Name == "lado.jpg" {
			half = bytes.Repeat([]byte("x"), 1_100_000)
		}
		dir := filepath.Join(b.dir, "files", at.Hash[:2])
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, at.Hash[2:]+".part"), half, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b.sync.Start()
	b.until("both", func() bool { return b.has(id, 2) })
	if got := b.attached(id); !bytes.Equal(got["frente.jpg"], photo("front")) || !bytes.Equal(got["lado.jpg"], photo("side")) {
		t.Error("other bytes than were attached")
	}
	left, err := filepath.Glob(filepath.Join(b.dir, "files", "*", "*.part"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// What a disk spoiled here is taken again from the hub.
func TestASpoiledPhotoComesAgain(t *testing.T) {
	hub := newServer(t)
	a, b := newPC(t), newPC(t)
	id := a.add("Ana", "11987654321")
	a.join(hub.code())
	b.join(hub.code())
	a.attach(id, "frente.jpg", photo("front"))
	a.sync.Start()
	b.sync.Start()
	b.until("the photo", func() bool { return b.has(id, 1) })
	list, err := b.store.Attachments(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	hash := list[0].Hash
	if err := os.WriteFile(filepath.Join(b.dir, "files", hash[:2], hash[2:]), []byte("spoiled"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.OpenFile(hash); crm.CodeOf(err) != crm.CodeAttachmentDamaged {
		t.Fatalf("%v", err)
	}
	b.until("the photo again", func() bool { return b.has(id, 1) })
}
