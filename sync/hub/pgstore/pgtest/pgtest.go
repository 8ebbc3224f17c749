//go:build linux

// Package pgtest starts a real PostgreSQL for tests and measurements.
package pgtest

import (
	"context"
	"errors"
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

// Server is a PostgreSQL of its caller's alone: its own folder, reached by a
// socket in it, and gone with it.
type Server struct {
	bin, dir string
	as       *syscall.Credential // PostgreSQL doesn't run as root
	made     int
}

// Start starts one, which ends with the test.
func Start(t *testing.T) *Server {
	t.Helper()
	s, err := Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Run starts one; Stop ends it. What is committed there is on the disk.
func Run() (_ *Server, err error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return nil, errors.New("PostgreSQL is missing: make setup-tools installs it")
	}
	slices.Sort(found)
	// A socket's path may have 107 bytes: not below a test's own folder.
	dir, err := os.MkdirTemp("/tmp", "patio-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{bin: found[len(found)-1], dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	if os.Geteuid() == 0 {
		if err := s.giveUp(); err != nil {
			return nil, err
		}
	}
	if err := s.run("initdb", "-D", filepath.Join(dir, "data"), "-U", "patio", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"); err != nil {
		return nil, err
	}
	return s, s.run("pg_ctl", "-D", filepath.Join(dir, "data"), "-l", filepath.Join(dir, "log"), "-w", "-o", "-c listen_addresses='' -k "+dir, "start")
}

// giveUp has it run as the user of that name.
func (s *Server) giveUp() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, int(uid), int(gid))
}

// Stop ends it and removes its folder.
func (s *Server) Stop() error {
	err := s.run("pg_ctl", "-D", filepath.Join(s.dir, "data"), "-m", "immediate", "stop")
	return errors.Join(err, os.RemoveAll(s.dir))
}

func (s *Server) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + s.bin, "LC_ALL=C.UTF-8"}
	if s.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	}
	log, err := os.CreateTemp("", "patio-pg-out-") // pg_ctl leaves a process behind that keeps a pipe open
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		out, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return nil
}

// Database makes an empty one and answers its address.
func (s *Server) Database(t *testing.T) string {
	t.Helper()
	address, err := s.NewDatabase(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// NewDatabase makes an empty one and answers its address.
func (s *Server) NewDatabase(ctx context.Context) (string, error) {
	address := func(name string) string { return fmt.Sprintf("postgres:///%s?host=%s&user=patio", name, s.dir) }
	conn, err := pgx.Connect(ctx, address("postgres"))
	if err != nil {
		return "", err
	}
	s.made++
	name := fmt.Sprint("hub", s.made)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	return address(name), errors.Join(err, conn.Close(ctx))
}
