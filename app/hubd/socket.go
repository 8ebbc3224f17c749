package hubd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"patio/app/logs"
	"patio/backend/crm"
)

// Caller does commands: a running hub's, over its socket, or this process's own.
type Caller interface {
	// Call does a command; result is a pointer to what it answers.
	Call(ctx context.Context, name string, args, result any) error
	// Backup writes a copy of everything.
	Backup(ctx context.Context, out io.Writer) error
	Close() error
}

// Dial answers the running hub of a data folder; without one it opens the
// folder itself. Errors: those of Open.
func Dial(ctx context.Context, cfg Config) (Caller, error) {
	running, err := dialSocket(ctx, cfg.Dir)
	if err != nil || running != nil {
		return running, err
	}
	s, err := Open(ctx, cfg)
	if crm.CodeOf(err) != crm.CodeLocked {
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	// One may have started meanwhile.
	if running, again := dialSocket(ctx, cfg.Dir); running != nil || again != nil {
		return running, again
	}
	return nil, err
}

// listenSocket opens the socket for commands. The folder is this process's:
// what lies there is a dead one's.
func (f *folder) listenSocket(ctx context.Context) (net.Listener, error) {
	path := f.path(socketName)
	if len(path) > maxSocketPath {
		return nil, crm.NewError(crm.CodeTooLong, "data", "max", fmt.Sprint(maxSocketPath-len(socketName)-1))
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, ofFile(err, "data", f.dir)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, ofFile(err, "data", f.dir)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// maxCommand is how long a command may be.
const maxCommand = 1 << 20

// failure is an error on its way over the socket. Cause is for the operator,
// who is at the same machine.
type failure struct {
	*crm.Error
	Cause string `json:"cause,omitempty"`
}

// adminDoor serves the socket.
func (s *Service) adminDoor() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /command/{name}", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCommand))
		var answer any
		if err == nil {
			answer, err = s.do(r.Context(), r.PathValue("name"), text)
		}
		if err != nil {
			s.refuse(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // a caller that left asks again
	})
	mux.HandleFunc("GET /backup", func(w http.ResponseWriter, r *http.Request) {
		out := &begun{Writer: w}
		if err := s.Backup(r.Context(), out); err != nil && out.n == 0 {
			s.refuse(w, err)
		} else if err != nil {
			logs.Failed(s.cfg.Log, "backup", err)
			panic(http.ErrAbortHandler) // what was sent is cut off, and known to be
		}
	})
	mux.Handle("GET "+PathMetrics, s.figs.handler())
	mux.HandleFunc("GET "+PathHealth, s.health)
	return mux
}

func (s *Service) refuse(w http.ResponseWriter, err error) {
	var ours *crm.Error
	if !errors.As(err, &ours) {
		logs.Failed(s.cfg.Log, "command", err)
		ours = crm.NewError(crm.CodeInternal, "").Because(err)
	}
	f := failure{Error: ours}
	if cause := ours.Unwrap(); cause != nil {
		f.Cause = cause.Error()
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusUnprocessableEntity)
	_ = json.NewEncoder(w).Encode(f)
}

// begun knows how much was written.
type begun struct {
	io.Writer
	n int64
}

func (b *begun) Write(p []byte) (int, error) {
	n, err := b.Writer.Write(p)
	b.n += int64(n)
	return n, err
}

// remote is a running hub.
type remote struct{ client *http.Client }

// dialSocket answers nil when nobody listens.
func dialSocket(ctx context.Context, dir string) (Caller, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, socketName)
	if len(path) > maxSocketPath {
		return nil, nil // no hub can have one there
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), refusedOnWindows(err):
		return nil, nil
	default:
		return nil, ofFile(err, "data", dir)
	}
	if err := conn.Close(); err != nil {
		return nil, err
	}
	return &remote{&http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.DialContext(ctx, "unix", path)
	}}}}, nil
}

// refusedOnWindows says whether nobody listens, or there is no such socket, in
// the words of Windows.
func refusedOnWindows(err error) bool {
	const connectionRefused, invalidArgument = syscall.Errno(10061), syscall.Errno(10022)
	return errors.Is(err, connectionRefused) || errors.Is(err, invalidArgument)
}

func (r *remote) Call(ctx context.Context, name string, args, result any) error {
	text, err := json.Marshal(args)
	if err != nil {
		return err
	}
	answer, err := r.ask(ctx, http.MethodPost, "/command/"+name, text)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(result)
}

func (r *remote) Backup(ctx context.Context, out io.Writer) error {
	answer, err := r.ask(ctx, http.MethodGet, "/backup", nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(out, answer.Body)
	return err
}

func (r *remote) ask(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, "http://hub"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := r.client.Do(q)
	if err != nil || answer.StatusCode == http.StatusOK {
		return answer, err
	}
	defer answer.Body.Close()
	f := failure{Error: crm.NewError(crm.CodeInternal, "")}
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxCommand)).Decode(&f); err != nil {
		return nil, fmt.Errorf("HTTP %d: %w", answer.StatusCode, err)
	}
	if f.Cause != "" {
		return nil, f.Because(errors.New(f.Cause))
	}
	return nil, f.Error
}

// Close lets the connections go.
func (r *remote) Close() error {
	r.client.CloseIdleConnections()
	return nil
}
