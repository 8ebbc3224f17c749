// Package webhost shows the same pages over the same API in a browser, on this
// machine only: for tests, for scripts and for a computer with no display.
package webhost

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/events"
	"patio/app/logs"
	"patio/app/page"
	"patio/backend/crm"
)

// Codes that this package answers with, beside crm's.
const (
	CodeToken    crm.Code = "web.token"     // no session: the address lacks its token, or an old one was used
	CodeOrigin   crm.Code = "web.origin"    // the request comes from another site, or names another host
	CodeTooLarge crm.Code = "web.too_large" // the body is over its limit
	CodeLoopback crm.Code = "web.loopback"  // asked to listen where other machines could connect
)

// Bounds of what a request may bring.
const (
	maxCall   = 8 << 20   // bytes of one call's arguments
	maxUpload = 512 << 20 // bytes of one uploaded file
)

// Config is what a host serves.
type Config struct {
	Addr   string      // loopback address to listen on, "127.0.0.1:0" for any free port
	Pages  fs.FS       // the built site
	Door   *bind.Door  // the API
	Events *events.Bus // what the pages hear of
	Files  *api.Files  // where uploads and downloads are registered
	Folder string      // private folder for them; made here and emptied by Close
	Log    zerolog.Logger
}

// Host is a running server.
type Host struct {
	cfg      Config
	token    string // 256 random bits in hexadecimal
	listener net.Listener
	server   *http.Server
	done     chan struct{} // closed when Close begins, for streams of events
}

// Listen opens the port and the private folder. It refuses an address that is
// not loopback. Serve then answers.
func Listen(cfg Config) (*Host, error) {
	if err := loopbackOnly(cfg.Addr); err != nil {
		return nil, err
	}
	if err := makePrivate(cfg.Folder); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails: it ends the program instead
	h := &Host{cfg: cfg, token: hex.EncodeToString(secret), listener: listener, done: make(chan struct{})}
	h.server = &http.Server{
		Handler:           h.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	return h, nil
}

// loopbackOnly accepts 127.0.0.0/8, ::1 and localhost.
func loopbackOnly(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return crm.NewError(crm.CodeInvalid, "addr", "addr", addr).Because(err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return crm.NewError(CodeLoopback, "addr", "addr", addr)
	}
	return nil
}

// Address is what a person opens; it holds the token.
func (h *Host) Address() string {
	return "http://" + h.listener.Addr().String() + "/?token=" + h.token
}

// Serve answers until Close.
func (h *Host) Serve() error {
	if err := h.server.Serve(h.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// Close ends the streams, waits for requests under way as long as ctx lasts,
// and empties the private folder. It is called once.
func (h *Host) Close(ctx context.Context) error {
	close(h.done)
	err := h.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, h.server.Close())
	}
	return errors.Join(err, removePrivate(h.cfg.Folder))
}

func (h *Host) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{struct}/{method}", h.call)
	mux.HandleFunc("GET /events", h.stream)
	mux.HandleFunc("POST /upload", h.upload)
	mux.HandleFunc("GET /files/{handle}", h.download)
	mux.HandleFunc("GET "+api.AttachmentPath, h.cfg.Files.Show)
	mux.Handle("/", page.Site(h.cfg.Pages, "", func() any { return h.cfg.Door.First(h.cfg.Events.Count) }))
	return page.Protect(h.recovered(h.sameSite(h.session(mux))))
}

// recovered answers a panic as the API does. Most can't come here: calls are
// caught behind the door.
func (h *Host) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: // the server's own way to drop a connection
				panic(v)
			default:
				refuse(w, bind.Internal(logs.Panicked(h.cfg.Log, "web", v, debug.Stack())))
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// sameSite refuses requests that another site caused. The Host header must be
// ours, or a name that someone points at 127.0.0.1 would reach us; a request
// that changes something must say that it comes from our own pages.
func (h *Host) sameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.ours(r.Host) {
			refuse(w, crm.NewError(CodeOrigin, "", "header", "Host"))
			return
		}
		origin := r.Header.Get("Origin")
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		if origin != "http://"+r.Host && (origin != "" || !reads) {
			refuse(w, crm.NewError(CodeOrigin, "", "header", "Origin"))
			return
		}
		site := r.Header.Get("Sec-Fetch-Site") // "none": typed by a person
		if site != "" && site != "same-origin" && site != "none" {
			refuse(w, crm.NewError(CodeOrigin, "", "header", "Sec-Fetch-Site"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ours reports whether a Host header names this listener.
func (h *Host) ours(host string) bool {
	addr := h.listener.Addr().(*net.TCPAddr)
	port := strconv.Itoa(addr.Port)
	return host == addr.String() || host == net.JoinHostPort("localhost", port)
}

// session lets in who holds the cookie, and gives it to who brings the token.
func (h *Host) session(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet && r.URL.Path == "/" {
			if !h.isToken(token) {
				refuse(w, crm.NewError(CodeToken, ""))
				return
			}
			http.SetCookie(w, &http.Cookie{
				Name: h.cookieName(), Value: h.token, Path: "/",
				HttpOnly: true, SameSite: http.SameSiteStrictMode,
			})
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, "/", http.StatusSeeOther) // the token leaves the address bar and the history
			return
		}
		cookie, err := r.Cookie(h.cookieName())
		if err != nil || !h.isToken(cookie.Value) {
			refuse(w, crm.NewError(CodeToken, ""))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// cookieName holds the port: cookies don't tell ports apart, and two hosts may
// run on one machine.
func (h *Host) cookieName() string {
	return "patio_" + strconv.Itoa(h.listener.Addr().(*net.TCPAddr).Port)
}

func (h *Host) isToken(text string) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(h.token)) == 1
}
