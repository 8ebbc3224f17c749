package page

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	".keep":            {},
	"index.html":       {Data: []byte("<!doctype html><html><head><title>x</title></head></html>")},
	"assets/app-1a.js": {Data: []byte("1")},
	"icon.svg":         {Data: []byte("<svg/>")},
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	Protect(h).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	for _, path := range []string{"/", "/assets/app-1a.js", "/none"} {
		w := get(t, Site(built, ""), path)
		if got := w.Header().Get("Content-Security-Policy"); got != Policy {
			t.Errorf("%s: %q", path, got)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: may be sniffed", path)
		}
	}
	for _, hole := range []string{"unsafe", "*", "http:", "https:", "blob:"} {
		if strings.Contains(Policy, hole) {
			t.Errorf("policy has %q", hole)
		}
	}
}

func TestTheHeadScriptComesFirst(t *testing.T) {
	if body := get(t, Site(built, "/x.js"), "/").Body.String(); !strings.Contains(body, `<head><script src="/x.js"></script><title>`) {
		t.Error(body)
	}
	if body := get(t, Site(built, ""), "/index.html").Body.String(); strings.Contains(body, "script") {
		t.Error(body)
	}
}

func TestFilesAreFoundAndFoldersAreNot(t *testing.T) {
	for path, want := range map[string]int{
		"/": 200, "/index.html": 200, "/assets/app-1a.js": 200, "/icon.svg": 200,
		"/assets/": 404, "/assets": 404, "/.keep": 404, "/none": 404, "/../page.go": 404,
	} {
		if got := get(t, Site(built, ""), path).Code; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	w := httptest.NewRecorder()
	Site(built, "").ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestOnlyNamesWithADigestAreKept(t *testing.T) {
	for path, want := range map[string]string{
		"/": "no-store", "/assets/app-1a.js": "public, max-age=31536000, immutable", "/icon.svg": "no-cache", "/none": "no-store",
	} {
		if got := get(t, Site(built, ""), path).Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestAProgramWithoutPagesSaysSo(t *testing.T) {
	w := get(t, Site(fstest.MapFS{".keep": {}}, ""), "/")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
}
