package hubd

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"patio/app/logs"
	"patio/sync/protocol"
)

// Bounds of what a device may take of the hub's time.
const (
	maxHeaders     = 16 << 10         // bytes of a request's headers
	headersWithin  = 10 * time.Second // and until they are all there, the handshake included
	writeWithin    = 2 * time.Minute  // until what was written at once has left
	idleWithin     = 3 * time.Minute
	maxConnections = 4096 // a device keeps one or two open
)

// PathHealth answers 200 when the store can be read, 503 when it can't.
const (
	PathHealth  = "/healthz"
	PathMetrics = "/metrics"
)

// known are the paths that are told apart in figures and log.
var known = map[string]bool{
	protocol.PathDigest: true, protocol.PathAgain: true, protocol.PathDevices: true, protocol.PathRevoke: true, protocol.PathWait: true,
	protocol.PathJoin: true, protocol.PathRenew: true, protocol.PathPush: true, protocol.PathPull: true, protocol.PathLive: true, PathHealth: true,
}

// door is what devices knock at. Its streams end when closing does.
func (s *Service) door(closing context.Context) http.Handler {
	mux := http.NewServeMux()
	devices := s.hub.Door(func(err error) { logs.Failed(s.cfg.Log, "door", err) })
	mux.Handle("/", inTurn(devices))
	for _, path := range []string{protocol.PathLive, protocol.PathWait} { // which take their time and no work
		mux.Handle(path, untilClosing(closing, s.figs, devices))
	}
	mux.HandleFunc("GET "+PathHealth, s.health)
	return s.watched(mux)
}

// untilClosing ends streams, which would never end, and what waits, when the
// hub does.
func untilClosing(closing context.Context, f *figures, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(closing, cancel)()
		f.streams.Inc()
		defer f.streams.Dec()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// health says whether the store can be read.
func (s *Service) health(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), collectFor)
	defer cancel()
	w.Header().Set("Cache-Control", "no-store")
	if _, err := s.figs.heads(ctx); err != nil {
		logs.Failed(s.cfg.Log, "health", err)
		http.Error(w, "the store can't be read", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// watched counts each request and logs it: path, code, sizes and how long,
// nothing of who or what.
func (s *Service) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		out := &answer{ResponseWriter: w, control: http.NewResponseController(w)}
		out.extend()
		in := &counted{ReadCloser: r.Body}
		r.Body = in
		defer func() {
			v := recover()
			if v != nil && v != http.ErrAbortHandler {
				logs.Panicked(s.cfg.Log, "door", v, debug.Stack())
				v = http.ErrAbortHandler
				out.status = http.StatusInternalServerError
			}
			s.count(label(r.URL.Path), out, in.n, time.Since(start))
			if v != nil {
				panic(v) // the server drops the connection
			}
		}()
		next.ServeHTTP(out, r)
	})
}

// label is how a path is told in figures and log: no blob by its own.
func label(path string) string {
	switch {
	case known[path]:
		return path
	case strings.HasPrefix(path, protocol.PathBlob):
		return protocol.PathBlob
	}
	return "other"
}

func (s *Service) count(path string, out *answer, received int64, took time.Duration) {
	code := out.code()
	s.figs.requests.WithLabelValues(path, code).Inc()
	s.figs.received.WithLabelValues(path).Add(float64(received))
	s.figs.sent.WithLabelValues(path).Add(float64(out.sent))
	if path != protocol.PathLive && path != protocol.PathWait {
		s.figs.seconds.WithLabelValues(path).Observe(took.Seconds())
	}
	level := s.cfg.Log.Debug()
	if out.status >= http.StatusInternalServerError {
		level = s.cfg.Log.Warn()
	}
	level.Str("path", path).Str("code", code).Int64("received", received).Int64("sent", out.sent).Dur("ms", took).Msg("request")
}

// counted counts a body.
type counted struct {
	io.ReadCloser
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	c.n += int64(n)
	return n, err
}

// answer notes what is answered, and gives each write its time.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController
	status  int // 0 while nothing was
	refusal string
	sent    int64
}

// Unwrap lets http.ResponseController find what is below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.sent == 0 && a.Header().Get("Content-Type") == protocol.ContentRefusal && protocol.Code(b).Known() {
		a.refusal = string(b)
	}
	a.extend()
	n, err := a.ResponseWriter.Write(b)
	a.sent += int64(n)
	return n, err
}

func (a *answer) extend() {
	if err := a.control.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return // the connection is gone: the write says so
	}
}

// code says how a request was answered; a reader that left before is "left".
func (a *answer) code() string {
	switch {
	case a.refusal != "":
		return a.refusal
	case a.status == 0:
		return "left"
	case a.status < http.StatusBadRequest:
		return "ok"
	}
	return strconv.Itoa(a.status)
}
