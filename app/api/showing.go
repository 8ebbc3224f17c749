package api

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"sync"
	"time"

	"patio/backend/crm"
	"patio/backend/picture"
	"patio/backend/store"
)

// AttachmentPath leads to what is attached, by an attachment's id. With ?small
// it is a small picture of a photo.
const AttachmentPath = "/attachment/"

const (
	smallSide = 320 // pixels
	keptSmall = 64  // small pictures in memory
)

// showing answers the page's requests for attachments. The page names an id;
// neither paths nor hashes go back and forth.
type showing struct {
	store *store.Store

	making sync.Mutex // one photo is unpacked at a time
	mu     sync.Mutex
	small  map[string][]byte // by hash
	order  []string          // of their making
}

func newShowing(s *store.Store) *showing { return &showing{store: s, small: map[string][]byte{}} }

// ServeHTTP shows an attachment. What is no photo that engines draw is only
// saved: nothing that somebody attached ever runs in the page.
func (s *showing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store") // an engine's cache would outlive a purge
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	id := r.URL.Path[len(AttachmentPath):]
	at, err := store.Read[crm.Attachment](r.Context(), s.store, id)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	kind, known := crm.KnownMime(at.Mime)
	if r.URL.Query().Has("small") {
		s.serveSmall(w, r, at)
		return
	}
	file, err := s.store.OpenFile(at.Hash)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()
	disposition := "attachment"
	if known && kind.Photo && at.Mime != "image/heic" {
		disposition = "inline"
	}
	if !known {
		kind.Mime = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind.Mime)
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": at.Name}))
	http.ServeContent(w, r, "", time.Time{}, file)
}

func (s *showing) serveSmall(w http.ResponseWriter, r *http.Request, at *crm.Attachment) {
	b, err := s.smallOf(r.Context(), at.Hash)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
}

func (s *showing) smallOf(ctx context.Context, hash string) ([]byte, error) {
	if b, ok := s.kept(hash); ok {
		return b, nil
	}
	s.making.Lock()
	defer s.making.Unlock()
	if b, ok := s.kept(hash); ok || ctx.Err() != nil { // made meanwhile, or nobody waits any more
		return b, ctx.Err()
	}
	file, err := s.store.OpenFile(hash)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := picture.Small(io.ReadSeeker(file), smallSide)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.small[hash], s.order = b, append(s.order, hash)
	if len(s.order) > keptSmall {
		delete(s.small, s.order[0])
		s.order = s.order[1:]
	}
	return b, nil
}

func (s *showing) kept(hash string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.small[hash]
	return b, ok && s.store.HasFile(hash)
}
