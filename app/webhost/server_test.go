package webhost

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/events"
	"patio/app/page"
	"patio/backend/crm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Echo stands for the API.
type Echo struct{}

func (Echo) Join(a, b string) (string, error) { return a + b, nil }
func (Echo) Panic() error                     { panic("boom") }
func (Echo) Refuse() error                    { return crm.NewError(crm.CodeRequired, "name") }

// site is a running host, its registry, and a client like a browser's.
type site struct {
	*Host
	t      *testing.T
	files  *api.Files
	shell  api.Shell
	bus    *events.Bus
	log    *bytes.Buffer
	client *http.Client
	base   string // http://127.0.0.1:PORT
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, files: api.NewFiles(), bus: &events.Bus{}, log: &bytes.Buffer{}}
	log := zerolog.New(zerolog.SyncWriter(s.log))
	folder := filepath.Join(t.TempDir(), "transfer")
	s.shell = NewShell(s.files, folder)
	always, err := bind.NewTable(log, api.NewNative(s.shell, s.files))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := bind.NewTable(log, &Echo{})
	if err != nil {
		t.Fatal(err)
	}
	door := bind.NewDoor(always)
	door.Open(opened)
	s.Host, err = Listen(Config{
		Addr:  "127.0.0.1:0",
		Pages: fstest.MapFS{"index.html": {Data: []byte("<html><head></head>board")}},
		Door:  door, Events: s.bus, Files: s.files, Folder: folder, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.client = &http.Client{Jar: jar, Transport: &http.Transport{}}
	s.base = "http://" + s.listener.Addr().String()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// enter opens the printed address, as a person does.
func (s *site) enter() {
	s.t.Helper()
	if status, body := s.get(s.Address()); status != http.StatusOK || !strings.Contains(body, "board") {
		s.t.Fatalf("opening the address: %d %s", status, body)
	}
}

func (s *site) get(address string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.send(r)
}

// post sends as the page does: same origin, JSON.
func (s *site) post(path, body string) *http.Request {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Origin", s.base)
	r.Header.Set("Content-Type", "application/json")
	return r
}

func (s *site) send(r *http.Request) (int, string) {
	s.t.Helper()
	response, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// wants fails unless the answer is this status and error code.
func (s *site) wants(r *http.Request, status int, code crm.Code) {
	s.t.Helper()
	got, body := s.send(r)
	var failure crm.Error
	if err := json.Unmarshal([]byte(body), &failure); err != nil || got != status || failure.Code != code {
		s.t.Errorf("%s %s: got %d %s, want %d %s", r.Method, r.URL.Path, got, body, status, code)
	}
}

func TestThePrintedAddressLetsInAndDisappears(t *testing.T) {
	s := newSite(t)
	r, err := http.NewRequest(http.MethodGet, s.Address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got := response.Request.URL.String(); got != s.base+"/" {
		t.Errorf("landed on %s, want the address without the token", got)
	}
	if got := response.Header.Get("Content-Security-Policy"); got != page.Policy {
		t.Errorf("policy %q", got)
	}
	root, _ := url.Parse(s.base)
	cookies := s.client.Jar.Cookies(root)
	if len(cookies) != 1 || len(cookies[0].Value) != 64 {
		t.Errorf("cookies %v, want one of 256 bits", cookies)
	}
}

func TestTheCookieIsOutOfReachOfScriptsAndOtherSites(t *testing.T) {
	s := newSite(t)
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	response, err := s.client.Get(s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	set := response.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("Set-Cookie %q lacks %s", set, want)
		}
	}
}

func TestWithoutASessionNothingAnswers(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/index.html", "/events", "/files/x", "/?token=" + strings.Repeat("0", 64)} {
		r, _ := http.NewRequest(http.MethodGet, s.base+path, nil)
		s.wants(r, http.StatusUnauthorized, CodeToken)
	}
	s.wants(s.post("/api/Echo/Join", `["a","b"]`), http.StatusUnauthorized, CodeToken)
	s.wants(s.post("/upload?name=a.csv", "a"), http.StatusUnauthorized, CodeToken)
}

func TestATokenOfAnotherRunIsRefused(t *testing.T) {
	first, second := newSite(t), newSite(t)
	r, _ := http.NewRequest(http.MethodGet, first.base+"/", nil)
	r.AddCookie(&http.Cookie{Name: first.cookieName(), Value: second.token})
	first.wants(r, http.StatusUnauthorized, CodeToken)
}

func TestCallsAnswerAsInTheWindow(t *testing.T) {
	s := newSite(t)
	s.enter()
	if status, body := s.send(s.post("/api/Echo/Join", `["pá","tio"]`)); status != 200 || body != `"pátio"` {
		t.Errorf("got %d %s", status, body)
	}
	s.wants(s.post("/api/Echo/Refuse", `[]`), http.StatusUnprocessableEntity, crm.CodeRequired)
	s.wants(s.post("/api/Echo/Join", `["one"]`), http.StatusBadRequest, bind.CodeArguments)
	s.wants(s.post("/api/Echo/Join", `{"a":1}`), http.StatusBadRequest, bind.CodeArguments)
	s.wants(s.post("/api/Echo/Nothing", `[]`), http.StatusNotFound, bind.CodeMethod)
	s.wants(s.post("/api/Native/Quit", `[]`), http.StatusNotImplemented, crm.CodeUnsupported)
}

func TestAPanicBecomesAnErrorThatTheLogExplains(t *testing.T) {
	s := newSite(t)
	s.enter()
	_, body := s.send(s.post("/api/Echo/Panic", `[]`))
	var failure crm.Error
	if err := json.Unmarshal([]byte(body), &failure); err != nil || failure.Code != crm.CodeInternal {
		t.Fatalf("got %s", body)
	}
	if id := failure.Params["log"]; id == "" || !strings.Contains(s.log.String(), id) {
		t.Errorf("log id %q does not stand in the log", id)
	}
}

func TestAPanicOfTheHostItselfIsAnErrorToo(t *testing.T) {
	s := newSite(t)
	h := s.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") }))
	w := &recorder{header: http.Header{}}
	h.ServeHTTP(w, &http.Request{})
	if w.status != http.StatusInternalServerError || !strings.Contains(w.body.String(), `"internal"`) {
		t.Errorf("got %d %s", w.status, w.body.String())
	}
}

type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// A page at attacker.example whose name was pointed at 127.0.0.1 sends its own
// name as Host; a page of another site sends its own Origin.
func TestOtherSitesAreRefused(t *testing.T) {
	s := newSite(t)
	s.enter()
	port := s.base[strings.LastIndex(s.base, ":"):]
	for _, host := range []string{"attacker.example" + port, "attacker.example", "127.0.0.1", "127.0.0.1:1", "[::1]" + port} {
		r := s.post("/api/Echo/Join", `["a","b"]`)
		r.Host = host
		r.Header.Set("Origin", "http://"+host)
		s.wants(r, http.StatusForbidden, CodeOrigin)
	}
	for _, origin := range []string{"", "null", "http://attacker.example", "http://127.0.0.1:1", "https://127.0.0.1" + port} {
		r := s.post("/api/Echo/Join", `["a","b"]`)
		r.Header.Del("Origin")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		s.wants(r, http.StatusForbidden, CodeOrigin)
	}
	for _, from := range []string{"cross-site", "same-site"} {
		r, _ := http.NewRequest(http.MethodGet, s.base+"/", nil)
		r.Header.Set("Sec-Fetch-Site", from)
		s.wants(r, http.StatusForbidden, CodeOrigin)
	}
	r, _ := http.NewRequest(http.MethodGet, s.base+"/events", nil)
	r.Header.Set("Origin", "http://attacker.example")
	s.wants(r, http.StatusForbidden, CodeOrigin)
}

func TestAFormOfAnotherTypeIsNoCall(t *testing.T) {
	s := newSite(t)
	s.enter()
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
		r := s.post("/api/Echo/Join", `["a","b"]`)
		r.Header.Set("Content-Type", kind)
		s.wants(r, http.StatusBadRequest, bind.CodeArguments)
	}
}

func TestABodyOverItsLimitIsRefused(t *testing.T) {
	s := newSite(t)
	s.enter()
	s.wants(s.post("/api/Echo/Join", `["`+strings.Repeat("x", maxCall)+`"]`), http.StatusRequestEntityTooLarge, CodeTooLarge)
}

func TestOnlyLoopbackAddressesAreListenedOn(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.168.0.10:0", "example.com:0"} {
		if _, err := Listen(Config{Addr: addr, Folder: filepath.Join(t.TempDir(), "x")}); crm.CodeOf(err) != CodeLoopback {
			t.Errorf("%s: got %v, want %s", addr, err, CodeLoopback)
		}
	}
	if _, err := Listen(Config{Addr: "127.0.0.1", Folder: filepath.Join(t.TempDir(), "x")}); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("no port: got %v", err)
	}
}

func TestAFileGoesUpAndItsHandleIsAllThePageHolds(t *testing.T) {
	s := newSite(t)
	s.enter()
	status, body := s.send(s.post("/upload?name="+url.QueryEscape("preços.csv"), "nome;fone\n"))
	var ref api.FileRef
	if err := json.Unmarshal([]byte(body), &ref); err != nil || status != http.StatusOK {
		t.Fatalf("got %d %s", status, body)
	}
	if ref.Name != "preços.csv" || ref.Size != 10 || strings.ContainsAny(ref.Handle, `/\.`) {
		t.Errorf("got %+v", ref)
	}
	path, err := s.files.Path(ref.Handle, api.FileRead)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "nome;fone\n" {
		t.Errorf("stored %q, %v", text, err)
	}
	// An upload is there to be read by the program, not handed out again.
	r, _ := http.NewRequest(http.MethodGet, s.base+"/files/"+ref.Handle, nil)
	s.wants(r, http.StatusUnprocessableEntity, api.CodeFileHandle)
	if err := s.files.Release(ref.Handle); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("released upload is still there: %v", err)
	}
}

func TestNamesThatArePathsAreRefused(t *testing.T) {
	s := newSite(t)
	s.enter()
	for _, name := range []string{"", "..", "../a.csv", `..\a.csv`, "a/b.csv", "C:a.csv", ".hidden", "a\x00b", strings.Repeat("a", 201)} {
		s.wants(s.post("/upload?name="+url.QueryEscape(name), "x"), http.StatusUnprocessableEntity, crm.CodeInvalid)
	}
}

func TestWhatIsSavedIsDownloaded(t *testing.T) {
	s := newSite(t)
	s.enter()
	ref, err := s.shell.PickSave(api.SaveAsk{Name: "relatório.csv"})
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.files.Path(ref.Handle, api.FileWrite)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("a;b"), 0o600); err != nil {
		t.Fatal(err)
	}
	response, err := s.client.Get(s.base + ref.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	want := "attachment; filename*=utf-8''relat%C3%B3rio.csv"
	if string(body) != "a;b" || response.Header.Get("Content-Disposition") != want {
		t.Errorf("got %q, %q", body, response.Header.Get("Content-Disposition"))
	}
}

func TestEventsArriveInOrder(t *testing.T) {
	s := newSite(t)
	s.enter()
	response, err := s.client.Get(s.base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Scan() // the opening comment: the page is subscribed
	s.bus.Emit("changed", map[string]any{"entities": []string{"lead"}})
	s.bus.Emit("progress", 2)
	var got []string
	for len(got) < 2 && lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			got = append(got, text)
		}
	}
	want := []string{`{"name":"changed","payload":{"entities":["lead"]}}`, `{"name":"progress","payload":2}`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q", got)
	}
}

func TestAPageThatIsTooSlowIsToldThatItLostEvents(t *testing.T) {
	b := &backlog{more: make(chan struct{}, 1)}
	for range waiting {
		b.add([]byte("x"))
	}
	if texts, lost := b.take(); len(texts) != waiting || lost {
		t.Errorf("full backlog: %d, lost %v", len(texts), lost)
	}
	for range waiting + 3 {
		b.add([]byte("x"))
	}
	if texts, lost := b.take(); len(texts) != 0 || !lost {
		t.Errorf("overfull backlog: %d, lost %v", len(texts), lost)
	}
	b.add([]byte("x"))
	if texts, lost := b.take(); len(texts) != 1 || lost {
		t.Errorf("after a loss: %d, lost %v", len(texts), lost)
	}
}

func TestAFolderThatIsNotOursIsNeverEmptied(t *testing.T) {
	folder := t.TempDir()
	keep := filepath.Join(folder, "keep")
	if err := os.WriteFile(keep, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(Config{Addr: "127.0.0.1:0", Folder: folder}); err == nil {
		t.Error("took a folder with somebody else's files")
	}
	if _, err := os.Stat(keep); err != nil {
		t.Error(err)
	}
}

func TestWhatAKilledRunLeftIsDeleted(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "transfer")
	if err := makePrivate(folder); err != nil {
		t.Fatal(err)
	}
	left, err := newPrivateFile(folder, "clientes.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := left.Close(); err != nil {
		t.Fatal(err)
	}
	if err := makePrivate(folder); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 || entries[0].Name() != marker {
		t.Errorf("left %v, %v", entries, err)
	}
}
