package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
)

// runChild is what a process of the tests does instead of testing. It answers
// the process's exit code.
func runChild(role string) int {
	roles := map[string]func(dir string) error{"hold": childHold, "migrate": childMigrate}
	f := roles[role]
	if f == nil {
		fmt.Fprintln(os.Stderr, "no such role:", role)
		return 2
	}
	if err := f(os.Getenv(childDir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// childDir names the data folder of a child.
const childDir = "PATIO_STORE_CHILD_DIR"

// startChild starts this test binary in a role on a folder. Its lines come out
// of the reader; closing stdin asks it to end.
func startChild(t testing.TB, role, dir string, env ...string) (*exec.Cmd, *bufio.Reader, io.Closer) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), childRole+"="+role, childDir+"="+dir), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out), in
}

// childHold opens the store, says so, and keeps it until its input ends.
func childHold(dir string) error {
	s, err := openDir(dir)
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return s.Close()
}

// A second process is told that the folder is taken, and may have it once the
// first has ended, be it by a kill.
func TestAFolderBelongsToOneProcess(t *testing.T) {
	for _, end := range []string{"closed", "killed"} {
		t.Run(end, func(t *testing.T) {
			dir := t.TempDir()
			cmd, out, in := startChild(t, "hold", dir)
			if line, err := out.ReadString('\n'); line != "open\n" {
				t.Fatal(line, err)
			}
			_, err := openDir(dir)
			wantCode(t, err, "locked")
			if end == "killed" {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				_ = cmd.Wait() // tells of the kill
			} else {
				if err := in.Close(); err != nil {
					t.Fatal(err)
				}
				if err := cmd.Wait(); err != nil {
					t.Fatal(err)
				}
			}
			s := openAt(t, dir)
			if got := s.Opened().Unclean; got != (end == "killed") {
				t.Errorf("unclean: %v", got)
			}
			wantWhole(t, s)
			// The same process doesn't get it twice either.
			_, err = Open(context.Background(), Config{Dir: dir})
			wantCode(t, err, "locked")
		})
	}
}
