package hubd

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// Bounds of what is under way at once.
const (
	bodyWithin = time.Minute // until a body is there
	maxBody    = 4<<20 + 1   // bytes of one that are read; the hub refuses more than one less
	maxComing  = 256         // bodies on their way at once
	maxAtWork  = 32          // requests that are worked on at once
)

// inTurn lets only so many requests be worked on at once. A body is there
// before its request's turn comes, and the answer leaves after it: a device on
// a slow line keeps nobody waiting but those on slow lines.
func inTurn(next http.Handler) http.Handler {
	coming, atWork := make(chan struct{}, maxComing), make(chan struct{}, maxAtWork)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !enter(coming, r) {
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyWithin)) // a wire that knows none has its own
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
		<-coming
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failing{err}))
		if !enter(atWork, r) {
			return
		}
		a := &whole{header: http.Header{}, status: http.StatusOK}
		func() {
			defer func() { <-atWork }()
			next.ServeHTTP(a, r)
		}()
		for name, values := range a.header {
			w.Header()[name] = values
		}
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body.Bytes()) // an asker that went asks again
	})
}

// enter takes a place, and gives up when the asker went.
func enter(places chan struct{}, r *http.Request) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-r.Context().Done():
		return false
	}
}

// failing ends a body as it ended on its way.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// whole is an answer that waits for its way.
type whole struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *whole) Header() http.Header         { return a.header }
func (a *whole) WriteHeader(status int)      { a.status = status }
func (a *whole) Write(b []byte) (int, error) { return a.body.Write(b) }
