package api

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"patio/backend/crm"
	"patio/backend/leads"
	"patio/backend/setup"
	"patio/backend/store"
)

// viewer is a window's shell that remembers what was opened.
type viewer struct {
	Shell
	opened []string
}

func (*viewer) Kind() string { return ShellWindow }
func (v *viewer) View(path string) error {
	v.opened = append(v.opened, path)
	return nil
}

// album is a desk with a lead and what is attached to it.
type album struct {
	*desk
	*Attachments
	t     *testing.T
	shell *viewer
	lead  string
}

func newAlbum(t *testing.T) *album {
	t.Helper()
	d := newDesk(t, t.TempDir())
	v := &viewer{}
	a := &album{desk: d, Attachments: NewAttachments(d.store, v, d.files), t: t, shell: v}
	done, err := leads.Create(t.Context(), d.store, leads.New{Name: "Patrícia Assunção", Phone: "11 98527-0593"})
	if err != nil {
		t.Fatal(err)
	}
	a.lead = done.IDs[0]
	return a
}

func (a *album) file(name string, b []byte) FileRef {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return a.desk.files.Add(path, FileRead)
}

func (a *album) add(name string, b []byte) crm.Attachment {
	a.t.Helper()
	done, err := a.Add(a.lead, a.file(name, b).Handle)
	if err != nil || !done.Undo || done.Params["file"] == "" {
		a.t.Fatalf("%+v: %v", done, err)
	}
	return a.of()[0].Attachment
}

func (a *album) of() []Attached {
	a.t.Helper()
	list, err := a.Of(a.lead)
	if err != nil {
		a.t.Fatal(err)
	}
	return list
}

func (a *album) get(address string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.desk.files.Show(w, httptest.NewRequest(http.MethodGet, address, nil))
	return w
}

func photograph(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 900, 600))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAPhotoIsAttachedShownOpenedAndSaved(t *testing.T) {
	a := newAlbum(t)
	photo := photograph(t)
	at := a.add("frente.jpg", photo) // it says JPEG, and is none
	if at.Name != "frente.jpg.png" || at.Mime != "image/png" || at.Size != int64(len(photo)) || at.CreatedBy == "" || !a.of()[0].Here {
		t.Errorf("%+v", a.of())
	}
	whole := a.get(AttachmentPath + at.ID)
	b, err := io.ReadAll(whole.Body)
	if err != nil || !bytes.Equal(b, photo) || whole.Header().Get("Content-Type") != "image/png" || whole.Header().Get("Cache-Control") != "no-store" ||
		whole.Header().Get("Content-Disposition") != "inline; filename=frente.jpg.png" {
		t.Errorf("%v: %d bytes, %v", whole.Header(), len(b), err)
	}
	small := a.get(AttachmentPath + at.ID + "?small")
	m, err := jpeg.Decode(small.Body)
	if err != nil || m.Bounds().Size() != image.Pt(320, 213) || small.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("%v, %v", small.Header(), err)
	}
	if err := a.Open(at.ID); err != nil || len(a.shell.opened) != 1 || filepath.Base(a.shell.opened[0]) != "frente.jpg.png" || !bytes.Equal(read(t, a.shell.opened[0]), photo) {
		t.Errorf("opened %v: %v", a.shell.opened, err)
	}
	to := filepath.Join(t.TempDir(), "cópia.png")
	if err := a.Save(at.ID, a.desk.files.Add(to, FileWrite).Handle); err != nil || !bytes.Equal(read(t, to), photo) {
		t.Errorf("saved: %v", err)
	}
	if err := a.Save(at.ID, a.file("lida.png", photo).Handle); crm.CodeOf(err) != CodeFileHandle {
		t.Errorf("saved over what was picked to be read: %v", err)
	}
	if _, err := a.Attachments.Rename(at.ID, "placa/../.exe"); err != nil || a.of()[0].Attachment.Name != "placa .. .exe.png" {
		t.Errorf("%+v, %v", a.of(), err)
	}
	if _, err := a.Delete(at.ID); err != nil || len(a.of()) != 0 || a.get(AttachmentPath+at.ID).Code != http.StatusNotFound {
		t.Errorf("deleted: %v", err)
	}
}

// What somebody attached never runs in the page, whatever it says that it is.
func TestWhatIsNoPhotoIsOnlySaved(t *testing.T) {
	a := newAlbum(t)
	at := a.add("contrato.pdf", []byte("%PDF-1.7 <script>"))
	r := a.get(AttachmentPath + at.ID)
	if r.Header().Get("Content-Disposition") != "attachment; filename=contrato.pdf" || r.Header().Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Errorf("%v", r.Header())
	}
	if r := a.get(AttachmentPath + at.ID + "?small"); r.Code != http.StatusNotFound {
		t.Errorf("a small picture of a PDF: %d", r.Code)
	}
	// As another device might tell: a type that this program doesn't attach.
	_, err := a.desk.store.Transact(t.Context(), store.Op{Label: "sync"}, func(tx *store.Tx) error {
		at.ID, at.Mime, at.Name = "", "text/html", "a.html"
		return store.Put(tx, &at)
	})
	if err != nil {
		t.Fatal(err)
	}
	html := a.of()[0].Attachment
	if r := a.get(AttachmentPath + html.ID); r.Header().Get("Content-Type") != "application/octet-stream" || r.Header().Get("Content-Disposition") != "attachment; filename=a.html" {
		t.Errorf("%v", r.Header())
	}
	if err := a.Open(html.ID); crm.CodeOf(err) != crm.CodeAttachmentType || len(a.shell.opened) > 0 {
		t.Errorf("%v: %v", a.shell.opened, err)
	}
	for _, address := range []string{"", "..", "../patio.db", at.Hash} {
		if r := a.get(AttachmentPath + address); r.Code != http.StatusNotFound {
			t.Errorf("%q: %d", address, r.Code)
		}
	}
}

func TestWhatMayNotBeAttachedSaysWhy(t *testing.T) {
	a := newAlbum(t)
	if _, err := setup.SaveRule(t.Context(), a.desk.store, store.SettingFileMB, "1"); err != nil {
		t.Fatal(err)
	}
	large := append([]byte("%PDF-"), make([]byte, 1<<20)...)
	for name, c := range map[string]struct {
		b    []byte
		code crm.Code
	}{
		"virus.jpg": {[]byte("MZ\x90\x00"), crm.CodeAttachmentType}, "vazio.pdf": {nil, crm.CodeRequired}, "grande.pdf": {large, crm.CodeAttachmentTooLarge},
	} {
		if _, err := a.Add(a.lead, a.file(name, c.b).Handle); crm.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := a.Paste(a.lead, name, base64.StdEncoding.EncodeToString(c.b)); crm.CodeOf(err) != c.code {
			t.Errorf("%s pasted: %v", name, err)
		}
	}
	if _, err := a.Add(a.lead, "nobody's"); crm.CodeOf(err) != CodeFileHandle {
		t.Errorf("%v", err)
	}
	if _, err := a.Add(a.desk.store.NewID(), a.file("a.png", photograph(t)).Handle); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("%v", err)
	}
	gone := a.file("a.png", photograph(t))
	path, err := a.desk.files.Path(gone.Handle, FileRead)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Add(a.lead, gone.Handle); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("%v", err)
	}
	if _, err := a.Paste(a.lead, "a.png", "%%%"); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("%v", err)
	}
	if len(a.of()) != 0 {
		t.Errorf("attached: %+v", a.of())
	}
}

func TestAFileThatIsGoneIsSaid(t *testing.T) {
	a := newAlbum(t)
	done, err := a.Paste(a.lead, "colada.png", base64.StdEncoding.EncodeToString(photograph(t)))
	if err != nil || done.Params["file"] != "colada.png" {
		t.Fatalf("%+v, %v", done, err)
	}
	at := a.of()[0].Attachment
	if err := os.RemoveAll(filepath.Join(a.desk.store.Dir(), "files")); err != nil {
		t.Fatal(err)
	}
	if a.of()[0].Here {
		t.Error("it is said to be here")
	}
	for _, address := range []string{AttachmentPath + at.ID, AttachmentPath + at.ID + "?small"} {
		if r := a.get(address); r.Code != http.StatusNotFound {
			t.Errorf("%s: %d", address, r.Code)
		}
	}
	if err := a.Open(at.ID); crm.CodeOf(err) != crm.CodeAttachmentMissing {
		t.Errorf("%v", err)
	}
	if err := a.Save(at.ID, a.desk.files.Add(filepath.Join(t.TempDir(), "x.png"), FileWrite).Handle); crm.CodeOf(err) != crm.CodeAttachmentMissing {
		t.Errorf("%v", err)
	}
}
