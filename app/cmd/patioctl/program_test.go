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
	"testing"

	"go.uber.org/goleak"

	"patio/backend/crm"
)

// program is the built binary, which these tests drive as a script would.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "patioctl-")
	if err == nil {
		program = filepath.Join(dir, "patioctl")
		if runtime.GOOS == "windows" {
			program += ".exe"
		}
		var out []byte
		if out, err = exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build patioctl:", err)
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

// ended is a process that ended.
type ended struct {
	exit        int
	out, errOut string
}

// patioctl runs the program to its end.
func patioctl(t *testing.T, args ...string) ended {
	t.Helper()
	return finish(t, exec.Command(program, args...))
}

func finish(t *testing.T, cmd *exec.Cmd) ended {
	t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return ended{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
}

// must runs the program, which must succeed, and decodes its answer.
func must[T any](t *testing.T, args ...string) T {
	t.Helper()
	e := patioctl(t, append(args, "--json")...)
	if e.exit != exitDone {
		t.Fatalf("%v: exit %d\n%s%s", args, e.exit, e.out, e.errOut)
	}
	return decode[T](t, e)
}

// decode reads the one object that a process answered.
func decode[T any](t *testing.T, e ended) T {
	t.Helper()
	var v T
	dec := json.NewDecoder(strings.NewReader(e.out))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %q (%s)", err, e.out, e.errOut)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Fatalf("more than one object: %q", e.out)
	}
	return v
}

// refuses runs the program in both forms, which must fail with a code.
func refuses(t *testing.T, exit int, code crm.Code, args ...string) told {
	t.Helper()
	e := patioctl(t, args...)
	if e.exit != exit || e.out != "" || !strings.HasPrefix(e.errOut, "patioctl: ") || strings.Contains(e.errOut, "%!") {
		t.Errorf("%v: exit %d, want %d\n%q\n%q", args, e.exit, exit, e.out, e.errOut)
	}
	e = patioctl(t, append(args, "--json")...)
	f := decode[failure](t, e)
	if e.exit != exit || f.Error.Code != code || f.Error.Message == "" || f.Error.Params == nil || e.errOut != "" {
		t.Errorf("%v: exit %d, want %d; %+v, want %s; %q", args, e.exit, exit, f.Error, code, e.errOut)
	}
	return f.Error
}

// running is the program while it works.
type running struct {
	*exec.Cmd
	t     *testing.T
	lines *bufio.Scanner // of standard error
	out   bytes.Buffer
}

// start starts the program with its progress told.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{Cmd: exec.Command(program, append(args, "--json", "--progress")...), t: t}
	errOut, err := r.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Stdout, r.lines = &r.out, bufio.NewScanner(errOut)
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// until reads the progress up to its nth line that begins with a phase.
func (r *running) until(phase string, n int) {
	r.t.Helper()
	for r.lines.Scan() {
		if strings.HasPrefix(r.lines.Text(), phase+" ") {
			if n--; n == 0 {
				return
			}
		}
	}
	r.t.Fatalf("ended before %s came that far: %v %s", phase, r.Wait(), r.out.String())
}

// end waits for the process and answers how it ended.
func (r *running) end() ended {
	for r.lines.Scan() { // to its end
	}
	_ = r.Wait() // the exit code tells
	return ended{r.ProcessState.ExitCode(), r.out.String(), ""}
}

// kill ends the process as a power cut would end it.
func (r *running) kill() {
	r.t.Helper()
	if err := r.Process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	if e := r.end(); e.exit == exitDone {
		r.t.Fatal("it was over before it was killed")
	}
}

// writeFile writes a file of a test's own.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// seeded is a folder with some made-up leads.
func seeded(t *testing.T, leads int) string {
	t.Helper()
	dir := t.TempDir()
	must[seedResult](t, "seed", "--data", dir, "--leads", fmt.Sprint(leads), "--seed", "7")
	return dir
}
