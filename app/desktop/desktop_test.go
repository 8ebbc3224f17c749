package desktop

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/linux"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/page"
	"patio/backend/crm"
	"patio/backend/store"
)

func newTestProgram(t *testing.T) *program {
	t.Helper()
	p, err := newProgram(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

func TestOnlyTheGateIsBound(t *testing.T) {
	bound := newTestProgram(t).options().Bind
	if len(bound) != 1 {
		t.Fatalf("%d structs are bound", len(bound))
	}
	gate := reflect.TypeOf(bound[0])
	if gate != reflect.TypeFor[*bind.Gate]() || gate.NumMethod() != 1 {
		t.Errorf("%s with %d methods is bound", gate, gate.NumMethod())
	}
}

func TestWindowOptionsThatBite(t *testing.T) {
	o := newTestProgram(t).options()
	if o.Linux.WebviewGpuPolicy != linux.WebviewGpuPolicyNever {
		t.Error("Linux options choose a GPU policy that is slow without a GPU")
	}
	if o.DragAndDrop.DisableWebViewDrop || !o.DragAndDrop.EnableFileDrop {
		t.Error("cards can't be dragged, or files not dropped")
	}
	if o.SingleInstanceLock == nil || o.OnShutdown == nil || o.OnBeforeClose == nil {
		t.Error("a callback is missing")
	}
	text, ok := o.ErrorFormatter(crm.NewError(crm.CodeLocked, "")).(string)
	if !ok || text != `{"code":"locked"}` {
		t.Errorf("error crosses as %T %v", o.ErrorFormatter(errors.New("x")), text)
	}
}

func TestTwoFoldersAreTwoPrograms(t *testing.T) {
	a, b := newTestProgram(t), newTestProgram(t)
	if a.instanceID() == b.instanceID() {
		t.Error("a second data folder would wake the first one's window")
	}
	again, err := newProgram(a.dir+string(filepath.Separator)+".", "")
	if err != nil {
		t.Fatal(err)
	}
	defer again.close()
	if a.instanceID() != again.instanceID() {
		t.Error("one folder has two names")
	}
}

func TestThePageIsServedUnderThePolicyWithTheBridgeFirst(t *testing.T) {
	p := newTestProgram(t)
	p.opening.Do(func() {}) // these requests are not about the database
	w := httptest.NewRecorder()
	p.pages().ServeHTTP(w, httptest.NewRequest(http.MethodGet, bridgePath, nil))
	if w.Code != http.StatusOK || w.Body.String() != string(bridgeScript) {
		t.Errorf("bridge: %d", w.Code)
	}
	if got := w.Header().Get("Content-Security-Policy"); got != page.Policy {
		t.Errorf("policy %q", got)
	}
}

func TestAPageLoadedAfterAFailedStartTriesAgain(t *testing.T) {
	p := newTestProgram(t)
	holder, err := store.Open(t.Context(), store.Config{Dir: p.dir})
	if err != nil {
		t.Fatal(err)
	}
	load := func() {
		p.pages().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}
	state := func() error {
		_, err := p.door.Call("Session", "State", nil)
		return err
	}
	for range 2 {
		load()
		if err := state(); crm.CodeOf(err) != crm.CodeLocked {
			t.Fatalf("while somebody else holds it: %v", err)
		}
	}
	if err := holder.Close(); err != nil {
		t.Fatal(err)
	}
	if err := state(); crm.CodeOf(err) != crm.CodeLocked {
		t.Fatalf("nobody asked for another try: %v", err)
	}
	load()
	if err := state(); err != nil {
		t.Fatalf("the database is free: %v", err)
	}
	load()
	if err := state(); err != nil {
		t.Errorf("a page loaded again: %v", err)
	}
}

func TestADropBecomesHandlesAndAForgedOneNothing(t *testing.T) {
	p := newTestProgram(t)
	var drops []Drop
	p.events.Subscribe(func(name string, payload any) {
		if name == FilesDropped {
			drops = append(drops, payload.(Drop))
		}
	})
	sheet := filepath.Join(t.TempDir(), "leads.csv")
	if err := os.WriteFile(sheet, []byte("nome"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.dropped([]any{3, 4, []string{sheet}})
	if len(drops) != 1 || drops[0].X != 3 || drops[0].Files[0].Name != "leads.csv" {
		t.Fatalf("got %+v", drops)
	}
	if path, err := p.files.Path(drops[0].Files[0].Handle, api.FileRead); err != nil || path != sheet {
		t.Errorf("got %q, %v", path, err)
	}
	text, err := json.Marshal(drops)
	if err != nil || strings.Contains(string(text), filepath.Dir(sheet)) {
		t.Errorf("the page learns the path: %s", text)
	}
	// No plain files, an event that the page emits, and other nonsense.
	for _, forged := range [][]any{
		{3, 4, []string{t.TempDir(), filepath.Join(t.TempDir(), "gone.csv")}}, {3, 4, []string{}},
		{3.0, 4.0, []any{"/etc/passwd"}}, {3, 4, []any{"/etc/passwd"}}, {3, 4}, {}, {nil, nil, nil},
	} {
		p.dropped(forged)
	}
	if len(drops) != 1 {
		t.Errorf("a forged drop was taken: %+v", drops[1:])
	}
}

func TestAPanicOfACallbackIsLoggedAndTheProgramGoesOn(t *testing.T) {
	p := newTestProgram(t)
	var out strings.Builder
	p.log = zerolog.New(&out)
	p.guard("drop", func() { panic("boom") })
	if !strings.Contains(out.String(), `"where":"drop"`) {
		t.Error(out.String())
	}
	p.guard("open", func() { panic("boom") })
	if _, err := p.door.Call("Board", "Screen", nil); crm.CodeOf(err) != crm.CodeInternal {
		t.Errorf("calls after a panic while opening: %v", err)
	}
}

func TestLinksPassTheLibrary(t *testing.T) {
	// What the library refuses, copied from its check.
	refused := regexp.MustCompile("[;\\|`$\\\\<>*{}\\[\\]()~! \\t\\n\\r\u0000-\u001F\u007F\u00A0\u1680\u2000-\u200F\u2028-\u202F\u205F\u2060\u3000\uFEFF]")
	for link, want := range map[string]string{
		"https://wa.me/5511987654321?text=Olá!":              "https://wa.me/5511987654321?text=Ol%C3%A1%21",
		"https://wa.me/55?text=a%21%20(b)*~'":                "https://wa.me/55?text=a%21%20%28b%29%2A%7E'",
		"mailto:ana@loja.com.br?subject=Sua%20visita!":       "mailto:ana@loja.com.br?subject=Sua%20visita%21",
		"tel:+5511987654321":                                 "tel:+5511987654321",
		"https://exemplo.com.br/carros/(2022)!?q=a;b#fim(1)": "https://exemplo.com.br/carros/%282022%29%21?q=a%3Bb#fim%281%29",
		"https://exemplo.com.br/a%2Fb":                       "https://exemplo.com.br/a%2Fb",
	} {
		got, err := encodeLink(link)
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", link, got, err, want)
		}
		if refused.MatchString(got) {
			t.Errorf("%s: the library refuses %s", link, got)
		}
	}
	for _, link := range []string{
		"", "javascript:alert(1)", "file:///etc/passwd", "https://", "ftp://x/y", "//x", "https://a:b@x.com", "data:text/html,x", "https://%zz",
	} {
		if got, err := encodeLink(link); err == nil {
			t.Errorf("%s was let through as %s", link, got)
		}
	}
}

func TestANameWithoutExtensionGetsOne(t *testing.T) {
	dir := t.TempDir()
	if got, err := withExtension(filepath.Join(dir, "leads"), ".csv"); err != nil || filepath.Base(got) != "leads.csv" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := withExtension(filepath.Join(dir, "leads.txt"), ".csv"); err != nil || filepath.Base(got) != "leads.txt" {
		t.Errorf("got %q, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "leads.csv"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := withExtension(filepath.Join(dir, "leads"), ".csv"); crm.CodeOf(err) != CodeFileExists {
		t.Errorf("got %v, want the file that nobody agreed to overwrite spared", err)
	}
}

func TestThePlacementComesBack(t *testing.T) {
	dir := t.TempDir()
	if got := readPlacement(dir); got != firstPlacement {
		t.Errorf("first: %+v", got)
	}
	at := placement{X: 40, Y: 30, Width: 1000, Height: 600}
	if err := at.write(dir); err != nil {
		t.Fatal(err)
	}
	at.known = true
	if got := readPlacement(dir); got != at {
		t.Errorf("got %+v, want %+v", got, at)
	}
	// Maximised: the size from before is what restoring goes back to.
	if err := (placement{Width: 1366, Height: 740, Maximised: true}).write(dir); err != nil {
		t.Fatal(err)
	}
	at.Maximised = true
	if got := readPlacement(dir); got != at || got.startState() != options.Maximised {
		t.Errorf("got %+v, want %+v", got, at)
	}
	// Minimised windows have no size worth keeping.
	if err := (placement{Width: 160, Height: 28}).write(dir); err != nil {
		t.Fatal(err)
	}
	if got := readPlacement(dir); got != at {
		t.Errorf("got %+v, want %+v", got, at)
	}
	for _, broken := range []string{"", "{", "[]", `{"width":1,"height":1}`, `{"width":"x"}`} {
		if err := os.WriteFile(placementFile(dir), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readPlacement(dir); got != firstPlacement {
			t.Errorf("%q: got %+v", broken, got)
		}
	}
}

func TestAWindowIsNotPutWhereNobodyCanReachIt(t *testing.T) {
	for _, c := range []struct {
		at   placement
		want bool
	}{
		{placement{X: 0, Y: 0, Width: 1280, Height: 700}, true},
		{placement{X: -1000, Y: 10, Width: 1280, Height: 700}, true},
		{placement{X: -1270, Y: 10, Width: 1280, Height: 700}, false},
		{placement{X: 1300, Y: 10, Width: 1280, Height: 700}, false},
		{placement{X: 10, Y: -5, Width: 1280, Height: 700}, false},
		{placement{X: 10, Y: 760, Width: 1280, Height: 700}, false},
	} {
		if got := c.at.fits(1366, 768); got != c.want {
			t.Errorf("%+v: got %v", c.at, got)
		}
	}
}

func TestTheLibraryLogDropsWhatPeopleTyped(t *testing.T) {
	for in, want := range map[string]string{
		`process message error: C{"name":"x","args":["João"]} -> boom`: "process message error: C",
		`Blocked request from unauthorized origin: https://x`:          "Blocked request from unauthorized origin: https://x",
		`method 'João' not registered`:                                 "method",
	} {
		if got := withoutCalls(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSystemMessagesAreWholeInEveryLanguage(t *testing.T) {
	for _, language := range []string{"pt-BR", "en", "es"} {
		m, err := readMessages(language)
		if err != nil {
			t.Fatal(err)
		}
		v := reflect.ValueOf(m)
		for i := range v.NumField() {
			if v.Field(i).String() == "" {
				t.Errorf("%s lacks %s", language, v.Type().Field(i).Name)
			}
		}
		if strings.Count(m.WebKitTooOld, "%s") != 1 || strings.Contains(m.WebviewNeeded, "%") {
			t.Errorf("%s: placeholders", language)
		}
	}
	names, err := fs.Glob(catalogues, "strings/*.json")
	if err != nil || len(names) != 3 {
		t.Errorf("catalogues %v, %v", names, err)
	}
}

func TestTheSystemsLanguageIsPicked(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"", "", "pt_BR.UTF-8"}, "pt-BR"},
		{[]string{"", "es_AR.UTF-8"}, "es"},
		{[]string{"de-DE", "en-US"}, "en"},
		{[]string{"C", "", ""}, "pt-BR"},
		{nil, "pt-BR"},
	} {
		if got := pickLanguage(c.names); got != c.want {
			t.Errorf("%v: got %s, want %s", c.names, got, c.want)
		}
	}
}
