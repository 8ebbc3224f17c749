package page

import (
	"encoding/json"
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

func nothing() any { return nil }

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	Protect(h).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	for _, path := range []string{"/", "/assets/app-1a.js", "/none"} {
		w := get(t, Site(built, "", nothing), path)
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
	if body := get(t, Site(built, "/x.js", nothing), "/").Body.String(); !strings.Contains(body, `<head><script src="/x.js"></script><title>`) {
		t.Error(body)
	}
	if body := get(t, Site(built, "", nothing), "/index.html").Body.String(); strings.Contains(body, "script") {
		t.Error(body)
	}
}

func TestFilesAreFoundAndFoldersAreNot(t *testing.T) {
	for path, want := range map[string]int{
		"/": 200, "/index.html": 200, "/assets/app-1a.js": 200, "/icon.svg": 200,
		"/assets/": 404, "/assets": 404, "/.keep": 404, "/none": 404, "/../page.go": 404,
	} {
		if got := get(t, Site(built, "", nothing), path).Code; got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	w := httptest.NewRecorder()
	Site(built, "", nothing).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestOnlyNamesWithADigestAreKept(t *testing.T) {
	for path, want := range map[string]string{
		"/": "no-store", "/assets/app-1a.js": "public, max-age=31536000, immutable", "/icon.svg": "no-cache", "/none": "no-store",
	} {
		if got := get(t, Site(built, "", nothing), path).Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestAProgramWithoutPagesSaysSo(t *testing.T) {
	w := get(t, Site(fstest.MapFS{".keep": {}}, "", nothing), "/")
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "make build") {
		t.Errorf("%d %s", w.Code, w.Body.String())
	}
}

func TestWhatComesWithThePageEndsNoElement(t *testing.T) {
	pages := fstest.MapFS{"index.html": {Data: []byte("<html><body><p>x</p></body></html>")}}
	said := map[string]string{"name": "</script><script src=x> & \u2028"}
	body := get(t, Site(pages, "", func() any { return said }), "/").Body.String()
	_, rest, found := strings.Cut(body, `<script type="application/json" id="first">`)
	data, rest, ended := strings.Cut(rest, "</script>")
	if !found || !ended || rest != "</body></html>" {
		t.Fatal(body)
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(data), &got); err != nil || got["name"] != said["name"] {
		t.Errorf("%v: %s", err, data)
	}
}
