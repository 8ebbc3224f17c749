//go:build linux

// Package pgtest starts a real PostgreSQL for tests.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL of a test's alone: its own folder, reached by a
// socket in it, and gone with it.
type Server struct {
	bin, dir string
	as       *syscall.Credential // PostgreSQL doesn't run as root
	made     int
}

// Start starts one, which ends with the test.
func Start(t *testing.T) *Server {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		t.Fatal("PostgreSQL is missing: make setup-tools installs it")
	}
	slices.Sort(found)
	// A socket's path may have 107 bytes: not below the test's own folder.
	dir, err := os.MkdirTemp("/tmp", "patio-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{bin: found[len(found)-1], dir: dir}
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal(err)
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			t.Fatal(err)
		}
	}
	s.run(t, "initdb", "-D", filepath.Join(dir, "data"), "-U", "patio", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	s.run(t, "pg_ctl", "-D", filepath.Join(dir, "data"), "-l", filepath.Join(dir, "log"), "-w", "-o", "-c listen_addresses='' -k "+dir, "start")
	t.Cleanup(func() { s.run(t, "pg_ctl", "-D", filepath.Join(dir, "data"), "-m", "immediate", "stop") })
	return s
}

func (s *Server) run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + s.bin, "LC_ALL=C.UTF-8"}
	if s.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	}
	log, err := os.CreateTemp(t.TempDir(), "out") // pg_ctl leaves a process behind that keeps a pipe open
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		out, _ := os.ReadFile(log.Name())
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// Database makes an empty one and answers its address.
func (s *Server) Database(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	address := func(name string) string { return fmt.Sprintf("postgres:///%s?host=%s&user=patio", name, s.dir) }
	conn, err := pgx.Connect(ctx, address("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	s.made++
	name := fmt.Sprint("hub", s.made)
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return address(name)
}
