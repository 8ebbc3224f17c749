package hubd

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"slices"
	"time"

	"patio/backend/crm"
)

// Serving says how a hub is served.
type Serving struct {
	Listen  string        // "host:port"; port 0 is any free one
	Public  []string      // addresses for codes, "https://host:port"; none: this machine's own
	Proxy   bool          // a proxy in front has the certificate: plain HTTP, on loopback only
	Metrics string        // loopback "host:port" of /metrics and /healthz, "" none
	Private bool          // no socket: commands are this process's own
	Grace   time.Duration // that what is under way may take when the hub is stopped; 0 is lastRequests
}

// Served is where a hub is.
type Served struct {
	Listen  string   `json:"listen"`
	Public  []string `json:"public"`
	Pin     string   `json:"pin"` // SHA-256 of the certificate's public key, hexadecimal; "" behind a proxy
	Metrics string   `json:"metrics"`
}

// lastRequests is how long what is under way may take when the hub is stopped.
const lastRequests = 20 * time.Second

// Serve answers devices, and commands at the socket in the data folder, until
// ctx is done; then it lets what is under way end. ready hears once where it is
// served. Errors: invalid, required.
func (s *Service) Serve(ctx context.Context, cfg Serving, ready func(Served) error) error {
	if cfg.Proxy {
		if err := loopbackOnly("listen", cfg.Listen); err != nil {
			return err
		}
		if len(cfg.Public) == 0 {
			return crm.NewError(crm.CodeRequired, "public")
		}
	}
	public, err := checkPublic(cfg.Public)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, "listen", cfg.Listen)
	if err != nil {
		return err
	}
	closing, end := context.WithCancel(context.Background())
	defer end()
	run := &running{closing: end, grace: cmp.Or(cfg.Grace, lastRequests)}
	served := Served{Listen: listener.Addr().String(), Public: public}
	if len(public) == 0 {
		served.Public = OwnAddresses(listener.Addr().String())
	}
	var secure *tls.Config
	if !cfg.Proxy {
		cert, err := s.folder.certificate(s.cfg.Now())
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		served.Pin = hex.EncodeToString(pinOf(cert))
		secure = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}
	}
	run.add(s.server(s.door(closing), secure), atMost(listener, maxConnections))
	if err := s.beside(ctx, run, cfg, &served); err != nil {
		return errors.Join(err, run.stop())
	}
	a, err := s.folder.about()
	if err == nil {
		a.Public, a.Proxy = served.Public, cfg.Proxy
		err = s.folder.setAbout(a)
	}
	if err == nil {
		err = ready(served)
	}
	if err != nil {
		return errors.Join(err, run.stop())
	}
	atDesk := s.desk().start(closing)
	s.cfg.Log.Info().Str("listen", served.Listen).Msg("serving")
	select {
	case <-ctx.Done():
	case err = <-run.failed:
	}
	s.cfg.Log.Info().Msg("stopping")
	err = errors.Join(err, run.stop())
	<-atDesk
	return err
}

// beside starts what is for this machine only: commands, and figures.
func (s *Service) beside(ctx context.Context, run *running, cfg Serving, served *Served) error {
	if !cfg.Private {
		socket, err := s.folder.listenSocket(ctx)
		if err != nil {
			return err
		}
		run.add(s.server(s.adminDoor(), nil), socket)
	}
	if cfg.Metrics == "" {
		return nil
	}
	if err := loopbackOnly("metrics", cfg.Metrics); err != nil {
		return err
	}
	listener, err := listen(ctx, "metrics", cfg.Metrics)
	if err != nil {
		return err
	}
	served.Metrics = "http://" + listener.Addr().String() + PathMetrics
	mux := http.NewServeMux()
	mux.Handle("GET "+PathMetrics, s.figs.handler())
	mux.HandleFunc("GET "+PathHealth, s.health)
	run.add(s.server(mux, nil), listener)
	return nil
}

// server is one with its bounds. What it would log of connections names
// addresses: they are only counted.
func (s *Service) server(h http.Handler, secure *tls.Config) *http.Server {
	return &http.Server{
		Handler: h, TLSConfig: secure,
		ReadHeaderTimeout: headersWithin, IdleTimeout: idleWithin, MaxHeaderBytes: maxHeaders,
		HTTP2:    &http.HTTP2Config{SendPingTimeout: 45 * time.Second, PingTimeout: 15 * time.Second},
		ErrorLog: log.New(counting(s.figs.refusedC.Inc), "", 0),
	}
}

// counting is a log of which only the lines count.
type counting func()

func (c counting) Write(b []byte) (int, error) { c(); return len(b), nil }

// running are the servers of a hub.
type running struct {
	closing context.CancelFunc // ends streams
	grace   time.Duration
	servers []*http.Server
	ended   []chan struct{}
	failed  chan error
}

func (r *running) add(server *http.Server, listener net.Listener) {
	if r.failed == nil {
		r.failed = make(chan error, 4) // of each server one
	}
	ended := make(chan struct{})
	r.servers, r.ended = append(r.servers, server), append(r.ended, ended)
	go func() {
		defer close(ended)
		var err error
		if server.TLSConfig != nil {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			r.failed <- fmt.Errorf("serve: %w", err)
		}
	}()
}

// stop takes nothing new, ends streams, and waits a while for what is under way.
func (r *running) stop() error {
	r.closing()
	ctx, cancel := context.WithTimeout(context.Background(), r.grace)
	defer cancel()
	var failed error
	for i, server := range r.servers {
		if err := shutDown(ctx, server); err != nil {
			failed = errors.Join(failed, err, server.Close())
		}
		<-r.ended[i]
	}
	return failed
}

// tellAgain is how often connections are told that the hub ends.
const tellAgain = 500 * time.Millisecond

// shutDown waits until what is under way has ended. An HTTP/2 connection that is
// made in the moment of the first word doesn't hear it, and would be waited for
// until ctx ends.
func shutDown(ctx context.Context, server *http.Server) error {
	for {
		once, cancel := context.WithTimeout(ctx, tellAgain)
		err := server.Shutdown(once)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
			return err
		}
	}
}

func listen(ctx context.Context, field, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, crm.NewError(crm.CodeInvalid, field, "value", address).Because(err)
	}
	return l, nil
}

// loopbackOnly accepts 127.0.0.0/8, ::1 and localhost.
func loopbackOnly(field, address string) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return crm.NewError(crm.CodeInvalid, field, "value", address).Because(err)
	}
	return nil
}

// OwnAddresses are where who listens at a "host:port" is reached: there, or, if
// that is every address of this machine, at each that it has now.
func OwnAddresses(at string) (out []string) {
	host, port, err := net.SplitHostPort(at)
	if err != nil {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		return []string{"https://" + net.JoinHostPort(host, port)}
	}
	all, _ := net.InterfaceAddrs() // none is none
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() && len(out) < maxOwnAddresses {
			out = append(out, "https://"+net.JoinHostPort(n.IP.String(), port))
		}
	}
	// Four bytes before sixteen: what a shop's network has.
	slices.SortStableFunc(out, func(a, b string) int { return len(a) - len(b) })
	return out
}

// maxOwnAddresses keeps a code short on a machine with many networks.
const maxOwnAddresses = 4
