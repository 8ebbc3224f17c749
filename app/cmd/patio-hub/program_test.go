package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"patio/app/hubd"
	"patio/backend/crm"
)

// program is the built binary, which these tests drive as its operator would.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "hub-")
	if err == nil {
		program = filepath.Join(dir, "patio-hub")
		if runtime.GOOS == "windows" {
			program += ".exe"
		}
		var out []byte
		if out, err = exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build patio-hub:", err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		os.Exit(code)
	}))
}

// place is a hub's data folder in a test, and where its workspaces are.
type place struct {
	t        *testing.T
	dir      string
	database string // of PostgreSQL, "" none
}

// newPlace makes a folder with a short path: a socket lies in it.
func newPlace(t *testing.T, database string) *place {
	t.Helper()
	dir, err := os.MkdirTemp("", "p")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return &place{t, filepath.Join(dir, "data"), database}
}

func (p *place) cmd(args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), envData+"="+p.dir, envDatabase+"="+p.database)
	return cmd
}

// ended is a process that ended.
type ended struct {
	exit        int
	out, errOut string
}

func (p *place) try(args ...string) ended {
	p.t.Helper()
	cmd := p.cmd(args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// must runs a command that has to succeed and answers its text.
func (p *place) must(args ...string) string {
	p.t.Helper()
	e := p.try(args...)
	if e.exit != exitDone {
		p.t.Fatalf("%v: exit %d\n%s%s", args, e.exit, e.out, e.errOut)
	}
	return strings.TrimSpace(e.out)
}

// ask runs a command with --json and decodes its one object.
func ask[T any](p *place, args ...string) (v T) {
	p.t.Helper()
	decode(p.t, p.must(append(args, "--json")...), &v)
	return v
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("more than one object: %q", text)
	}
}

// refuses runs a command in both forms, which must fail with a code.
func (p *place) refuses(exit int, code crm.Code, args ...string) told {
	p.t.Helper()
	e := p.try(args...)
	if e.exit != exit || e.out != "" || !strings.HasPrefix(e.errOut, "patio-hub: ") || strings.Contains(e.errOut, "%!") {
		p.t.Errorf("%v: exit %d, want %d\n%q\n%q", args, e.exit, exit, e.out, e.errOut)
	}
	e = p.try(append(args, "--json")...)
	var f failure
	decode(p.t, e.out, &f)
	if e.exit != exit || f.Error.Code != code || f.Error.Message == "" || f.Error.Params == nil || e.errOut != "" {
		p.t.Errorf("%v: exit %d, want %d; %+v, want %s; %q", args, e.exit, exit, f.Error, code, e.errOut)
	}
	return f.Error
}

// process is a hub that serves.
type process struct {
	*exec.Cmd
	t    *testing.T
	at   hubd.Served
	log  *logged
	done chan struct{}
}

// logged is what a process says on standard error.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serve starts the hub and waits until it answers.
func (p *place) serve(args ...string) *process {
	p.t.Helper()
	hub, err := p.start(args...)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(hub.kill)
	return hub
}

func (p *place) start(args ...string) (*process, error) {
	cmd := p.cmd(append([]string{"serve", "--json", "--verbose"}, args...)...)
	hub := &process{Cmd: cmd, t: p.t, log: &logged{}, done: make(chan struct{})}
	cmd.Stderr = hub.log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		err = json.Unmarshal([]byte(line), &hub.at)
	}
	go func() {
		defer close(hub.done)
		_ = cmd.Wait() // the exit code tells
	}()
	if err != nil {
		<-hub.done
		return nil, fmt.Errorf("serve ended with %d: %w\n%s%s", cmd.ProcessState.ExitCode(), err, line, hub.log)
	}
	return hub, nil
}

// local serves on a free port of this machine's.
func (p *place) local(args ...string) *process {
	p.t.Helper()
	return p.serve(append([]string{"--listen", "127.0.0.1:0"}, args...)...)
}

// kill ends the hub as a power cut would.
func (h *process) kill() {
	_ = h.Process.Kill() // it may be over
	<-h.done
}

// stop asks the hub to end and answers how it did.
func (h *process) stop() int {
	h.t.Helper()
	if err := h.Process.Signal(syscall.SIGTERM); err != nil {
		h.t.Fatal(err)
	}
	select {
	case <-h.done:
	case <-time.After(time.Minute):
		h.t.Fatal("it goes on after SIGTERM")
	}
	return h.ProcessState.ExitCode()
}
