// Package page serves the built pages, in the window and in a browser, under
// one content security policy.
package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Policy is the content security policy of every answer: what the program did
// not bring itself neither loads nor runs. Images may be data: URLs (avatars
// and file previews are drawn in the page).
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Protect sets the headers that every answer to a page carries.
func Protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", Policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// Site serves the files of pages. headScript, if not "", is the address of a
// script that runs before those of index.html. What first answers is written
// into index.html as JSON, for its scripts to read.
func Site(pages fs.FS, headScript string, first func() any) http.Handler {
	files := http.FileServerFS(pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		if name == "" || name == "index.html" {
			index(w, r, pages, headScript, first)
			return
		}
		// Names under assets/ carry a digest of what they hold.
		if strings.HasPrefix(name, "assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if stat, err := fs.Stat(pages, name); err != nil || stat.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			w.Header().Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})
}

func index(w http.ResponseWriter, r *http.Request, pages fs.FS, headScript string, first func() any) {
	html, err := fs.ReadFile(pages, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		http.Error(w, "The pages are not built: run make build.", http.StatusServiceUnavailable)
		return
	}
	if err != nil {
		http.Error(w, "The pages can't be read.", http.StatusInternalServerError)
		return
	}
	if headScript != "" {
		html = bytes.Replace(html, []byte("<head>"), []byte(`<head><script src="`+headScript+`"></script>`), 1)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.Method == http.MethodHead {
		return
	}
	// JSON of this package's making has no <, > or & in it, so nothing in it ends
	// the element; and as data, no policy has to let it run.
	if data, err := json.Marshal(first()); err == nil {
		html = bytes.Replace(html, []byte("</body>"), slices.Concat([]byte(`<script type="application/json" id="first">`), data, []byte("</script></body>")), 1)
	}
	_, _ = w.Write(html) // the reader has gone; nobody is left to tell
}
