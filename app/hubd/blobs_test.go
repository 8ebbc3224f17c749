package hubd

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"patio/backend/crm"
	"patio/backend/replica"
	"patio/sync/client"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// pictured is the CRM's policy, in which a source's name may be a blob's.
type pictured struct{ replica.Policy }

func (p pictured) Place(kind uint32, s *record.State) hub.Place {
	place := p.Policy.Place(kind, s)
	for _, f := range s.Fields {
		if id, err := protocol.ReadBlobID(f.Value); err == nil {
			place.Blobs = append(place.Blobs, id)
		}
	}
	return place
}

// trip asks a door without a network.
type trip struct{ door http.Handler }

func (d trip) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.door.ServeHTTP(w, r)
	return w.Result(), nil
}

// pc is a device that joined.
type pc struct {
	*client.Wire
	t  *testing.T
	me vv.Replica
}

func joined(t *testing.T, s *Service, ws record.ID) *pc {
	t.Helper()
	secret, err := s.hub.Invite(t.Context(), ws, record.ID{}, nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w := &client.Wire{Address: "http://hub", Workspace: ws, Client: &http.Client{Transport: trip{s.door(t.Context())}}}
	me, err := w.Join(t.Context(), secret, "PC", client.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	return &pc{w, t, me}
}

func (p *pc) put(b []byte) protocol.BlobID {
	p.t.Helper()
	id := protocol.BlobID(sha256.Sum256(b))
	if err := p.PutBlob(p.t.Context(), p.me, id, bytes.NewReader(b), int64(len(b))); err != nil {
		p.t.Fatal(err)
	}
	return id
}

// at lets it ask another hub, such as one that was restored.
func (p *pc) at(s *Service) *pc {
	p.Client = &http.Client{Transport: trip{s.door(p.t.Context())}}
	return p
}

func (p *pc) gets(id protocol.BlobID) ([]byte, error) {
	path := filepath.Join(p.t.TempDir(), "file")
	out, err := os.Create(path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer out.Close()
	if _, err := p.GetBlob(p.t.Context(), p.me, id, out, 0); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// named makes a record of the whole workspace's that names a blob.
func named(t *testing.T, s *Service, ws record.ID, id protocol.BlobID) record.ID {
	t.Helper()
	of := record.ID(uuid.New())
	if err := s.hub.Write(t.Context(), ws, uint32(crm.KindSource), of, map[record.Key]string{{ID: 1}: id.String()}); err != nil {
		t.Fatal(err)
	}
	return of
}

func TestABackupHoldsTheFiles(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	cfg := at(dir, c)
	cfg.Policy = pictured{}
	var log bytes.Buffer
	cfg.Log = zerolog.New(&log)
	s := open(t, cfg)
	w, _ := stocked(t, s)
	ws := record.ID(uuid.MustParse(w.ID))
	d := joined(t, s, ws)
	photo, erased, spoiled := bytes.Repeat([]byte("photo "), 400_000), []byte("erased later"), []byte("spoiled by the disk")
	photoID, erasedID, spoiledID := d.put(photo), d.put(erased), d.put(spoiled)
	named(t, s, ws, photoID)
	named(t, s, ws, spoiledID)
	of := named(t, s, ws, erasedID)
	if err := os.WriteFile(filepath.Join(dir, blobsName, hexOf(ws), spoiledID.String()[:2], spoiledID.String()[2:]), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "backup")
	if size, err := WriteBackup(t.Context(), s, file); err != nil || size < int64(len(photo)) {
		t.Fatal(size, err)
	}
	if !strings.Contains(log.String(), spoiledID.String()) {
		t.Errorf("nothing of the damaged file in %s", &log)
	}
	if err := s.hub.Erase(t.Context(), ws, []record.ID{of}); err != nil {
		t.Fatal(err)
	}
	later := []byte("brought after the backup")
	laterID := d.put(later)
	closed(t, s)

	// Elsewhere all is there that was, but for what was erased since.
	other := cfg
	other.Dir = t.TempDir()
	if r, err := Restore(t.Context(), other, file, filepath.Join(dir, ledgerName)); err != nil || r.Erased != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if st, err := os.Stat(filepath.Join(other.Dir, databaseName)); err != nil || st.Size() > int64(len(photo))/2 {
		t.Errorf("the database still holds the files: %v, %v", st, err)
	}
	s = open(t, other)
	joined(t, s, ws)
	if got, err := joined(t, s, ws).gets(photoID); err != nil || !bytes.Equal(got, photo) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	for what, id := range map[string]protocol.BlobID{"erased": erasedID, "spoiled": spoiledID, "later": laterID} {
		_, err := d.at(s).gets(id)
		wantCode(t, what, own(err), crm.Code(protocol.CodeBlobUnknown))
	}
	if _, there, err := s.blobs.Size(ws, erasedID); err != nil || there {
		t.Errorf("an erased record's file is back: %v", err)
	}
	closed(t, s)

	// In the same folder what came after the backup lies there still, for the
	// record that a device will bring back.
	if _, err := Restore(t.Context(), cfg, file, ""); err != nil {
		t.Fatal(err)
	}
	s = open(t, cfg)
	defer closed(t, s)
	named(t, s, ws, laterID)
	if got, err := joined(t, s, ws).gets(laterID); err != nil || !bytes.Equal(got, later) {
		t.Errorf("what came later: %q, %v", got, err)
	}

	// A backup whose files were changed is a damaged one.
	if err := withDatabase(file, func(db *sql.DB) error {
		_, err := db.ExecContext(t.Context(), "UPDATE carried_blobs SET bytes=x'00' WHERE piece=1")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	third := cfg
	third.Dir = t.TempDir()
	_, err := Restore(t.Context(), third, file, "")
	wantCode(t, "a changed file", err, CodeNotBackup)
}

func hexOf(id record.ID) string { return strings.ReplaceAll(idText(id), "-", "") }

func TestTheDoorTakesFilesUpToTheLimitThatItWasTold(t *testing.T) {
	cfg := at(t.TempDir(), newClock())
	cfg.MaxFile = 2 << 20
	s := open(t, cfg)
	defer closed(t, s)
	w, _ := stocked(t, s)
	ws := record.ID(uuid.MustParse(w.ID))
	d := joined(t, s, ws)
	b := make([]byte, 2<<20)
	id := d.put(b)
	if got, err := d.gets(id); err != nil || !bytes.Equal(got, b) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	b = append(b, 1)
	err := d.PutBlob(t.Context(), d.me, protocol.BlobID(sha256.Sum256(b)), bytes.NewReader(b), int64(len(b)))
	wantCode(t, "too large", own(err), crm.Code(protocol.CodeBlobTooLarge))
	shown := httptest.NewRecorder()
	s.figs.handler().ServeHTTP(shown, httptest.NewRequest(http.MethodGet, PathMetrics, nil))
	for _, want := range []string{
		`patio_hub_blob_bytes{state="loose",workspace="` + w.ID + `"} 2.097152e+06`, `patio_hub_blob_bytes{state="named",workspace="` + w.ID + `"} 0`,
		`patio_hub_requests_total{code="ok",path="/sync/v1/blob/"}`, `patio_hub_requests_total{code="sync.blob_too_large",path="/sync/v1/blob/"} 1`,
	} {
		if !strings.Contains(shown.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	cfg = at(t.TempDir(), newClock())
	if err := os.WriteFile(filepath.Join(cfg.Dir, blobsName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), cfg); err == nil {
		t.Error("a file for the folder of files was opened")
	}
}
