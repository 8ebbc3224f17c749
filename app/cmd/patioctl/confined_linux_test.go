package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"patio/backend/crm"
)

// nobody may read what it is given, and write nowhere else.
const nobody = 65534

// powerless runs the program as somebody for whom permissions count: they don't
// for root.
func powerless(t *testing.T, args ...string) ended {
	t.Helper()
	cmd := exec.Command(program, append(args, "--json")...)
	cmd.Dir = "/"
	openWay(t, program)
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	return finish(t, cmd)
}

// openWay lets anybody pass through the folders above a path while the test
// runs: TMPDIR may be a folder of the caller's alone. Only root runs it as another.
func openWay(t *testing.T, path string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	for up := filepath.Dir(path); up != "/"; up = filepath.Dir(up) {
		st, err := os.Stat(up)
		if err != nil {
			t.Fatal(err)
		}
		if mode := st.Mode().Perm(); mode&0o001 == 0 {
			if err := os.Chmod(up, mode|0o011); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(up, mode) }) // may be gone by then
		}
	}
}

// given is a folder with a file each, all of them the powerless one's.
func given(t *testing.T, dir string, mode os.FileMode) string {
	t.Helper()
	openWay(t, dir)
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil && os.Geteuid() == 0 {
			err = os.Chown(path, nobody, nobody)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) }) // so that it can be removed
	return dir
}

func TestAReadOnlyFolderIsToldAsOne(t *testing.T) {
	locked := given(t, seeded(t, 3), 0o500)
	empty := given(t, t.TempDir(), 0o500)
	open := given(t, seeded(t, 3), 0o700)
	leads := given(t, t.TempDir(), 0o700)
	file := filepath.Join(leads, "leads.csv")
	if err := os.WriteFile(file, []byte("Nome;Telefone\nAna Souza;(11) 98765-4321\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"import", "--data", locked, file},
		{"import", "--data", empty, file},
		{"import", "--data", filepath.Join(empty, "new"), file},
		{"doctor", "--data", locked},
		{"export", "--data", open, filepath.Join(empty, "list.csv")},
		{"backup", "--data", open, filepath.Join(empty, "loja.db")},
	} {
		e := powerless(t, args...)
		if f := decode[failure](t, e); e.exit != exitDisk || f.Error.Code != crm.CodeReadOnly {
			t.Errorf("%v: %d %+v %s", args, e.exit, f, e.errOut)
		}
	}
	if e := powerless(t, "import", "--data", open, file); e.exit != exitDone {
		t.Errorf("the open folder: %d %s%s", e.exit, e.out, e.errOut)
	}
}

// peakOf reads the most memory that a process ever held, in kilobytes.
func peakOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// importBound is what an import may add to an idle program, in kilobytes.
const importBound = 256 << 10

func TestAnImportOf100000RowsStaysWithinItsMemory(t *testing.T) {
	const rows = 100_000
	idle := exec.Command(program, "serve", "--data", t.TempDir())
	address, err := idle.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := idle.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(address).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	floor := peakOf(t, idle.Process.Pid)
	if err := idle.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := idle.Wait(); err != nil {
		t.Fatal(err)
	}

	cmd := exec.Command(program, "import", "--data", t.TempDir(), writeLeads(t, rows), "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReaderSize(out, 16)
	if _, err := answer.Peek(1); err != nil {
		t.Fatalf("%v, %v", err, cmd.Wait())
	}
	// A thousand refused rows are more than a pipe holds: it waits for us to
	// read on, with all its work behind it.
	peak := peakOf(t, cmd.Process.Pid)
	text, err := io.ReadAll(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	var r importResult
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if len(text) < 80<<10 || r.Created+r.Merged+r.Refused != rows || r.Refused != rows/50 || len(r.RefusedRows) != maxRefusedRows {
		t.Errorf("%d created, %d merged, %d refused, %d named in %d bytes", r.Created, r.Merged, r.Refused, len(r.RefusedRows), len(text))
	}
	t.Logf("idle %d MB, import %d MB", floor>>10, peak>>10)
	if peak-floor > importBound {
		t.Errorf("an import takes %d MB above an idle program", (peak-floor)>>10)
	}
}
