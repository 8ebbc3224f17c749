//go:build window

package windowtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take before the test fails. Generous: the
// test machine may be busy; nothing waits longer than it must.
const patience = 30 * time.Second

// programTags are those of a released Linux build.
const programTags = "desktop production webkit2_41"

// Build compiles the program as it is released, with more tags if there are
// any, into a file that lives as long as the test run.
func Build(dir string, tags ...string) (binary string, err error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(root, "frontend", "dist", "index.html")); err != nil {
		return "", errors.New("the pages are not built: run make build")
	}
	for _, tool := range []string{"xdotool", "xwininfo", "import", "openbox"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("%s is missing: run make setup-window", tool)
		}
	}
	if os.Getenv("DISPLAY") == "" || os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		return "", errors.New("no display or no session bus: run make window-test")
	}
	binary = filepath.Join(dir, strings.Join(append(tags, "patio"), "-"))
	build := exec.Command("go", "build", "-tags", strings.Join(append(tags, programTags), " "), "-o", binary, ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}

// Program is one running process of the program.
type Program struct {
	t      testing.TB
	cmd    *exec.Cmd
	begun  time.Time // just before the process was made
	output *Output
	exited chan struct{} // closed once the process has ended
}

// Output is what the program writes to its terminal.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *Output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(text)
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Launch starts the program over a data folder, as a click on its icon does.
// It is killed at the end of the test if it still runs.
func Launch(t testing.TB, binary, dataDir string) *Program {
	t.Helper()
	p := &Program{t: t, output: &Output{}, exited: make(chan struct{})}
	p.cmd = exec.Command(binary, "--data", dataDir)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	// What the web view keeps stays out of the home of whoever runs the test.
	kept := t.TempDir()
	p.cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+filepath.Join(kept, "data"), "XDG_CACHE_HOME="+filepath.Join(kept, "cache"))
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start: %v", err)
	}
	go func() {
		_ = p.cmd.Wait() // ProcessState tells how
		close(p.exited)
	}()
	t.Cleanup(func() {
		if t.Failed() {
			(&Window{t: t, program: p}).Shot(t.Name()) // what stood there instead
		}
		if p.Running() {
			_ = p.cmd.Process.Kill() // it may end by itself meanwhile
		}
		<-p.exited
		if t.Failed() {
			t.Logf("output of the program:\n%s", p.output)
		}
	})
	return p
}

// Pid is the process id.
func (p *Program) Pid() int { return p.cmd.Process.Pid }

// WaitExit waits until the program has ended and answers its exit code.
func (p *Program) WaitExit() int {
	p.t.Helper()
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		(&Window{t: p.t, program: p}).Shot(p.t.Name() + "-stays")
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // makes it write where it stands
		<-p.exited
		p.t.Fatalf("the program did not end within %v", patience)
		return -1
	}
}

// Running reports whether the process is still there.
func (p *Program) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Eventually asks until ok, and fails the test when patience ends.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}
