package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"patio/app/hubd"
)

// Names of the workspace that is measured, and of whom its PCs are.
const (
	workspace     = "Dois Irmãos"
	administrator = "Escritório"
)

// server is a hub as it ships.
type server struct {
	program, dir, database string

	cmd    *exec.Cmd
	at     hubd.Served
	caller hubd.Caller
}

// newServer starts a hub with a workspace and an administrator. database is
// PostgreSQL's address, "" for a file.
func (b *bench) newServer(ctx context.Context, database string) (*server, error) {
	s := &server{program: b.program, dir: filepath.Join(b.dir, "hub"), database: database}
	if err := s.start(ctx, "127.0.0.1:0"); err != nil {
		return nil, err
	}
	err := s.call(ctx, hubd.CreateWorkspace, hubd.Named{Name: workspace}, &hubd.Workspace{})
	if err == nil {
		err = s.call(ctx, hubd.AddUser, hubd.NewUser{Workspace: workspace, Name: administrator, Role: "admin"}, &hubd.User{})
	}
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// start serves at an address, and waits until it is.
func (s *server) start(ctx context.Context, listen string) error {
	s.cmd = exec.CommandContext(ctx, s.program, "serve", "--json", "--data", s.dir, "--listen", listen, "--metrics", "127.0.0.1:0")
	s.cmd.Env = append(os.Environ(), "PATIO_HUB_DATABASE="+s.database)
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(syscall.SIGTERM) }
	s.cmd.WaitDelay = time.Minute
	log := &strings.Builder{}
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.at)
	}
	if err != nil {
		_ = s.cmd.Process.Kill() // it may be over
		_ = s.cmd.Wait()         // what went wrong is told already
		return fmt.Errorf("the hub doesn't serve: %w: %s%s", err, line, log)
	}
	s.caller, err = hubd.Dial(ctx, hubd.Config{Dir: s.dir})
	if err != nil {
		return errors.Join(err, s.stop())
	}
	return nil
}

// stop asks the hub to end and waits until it has.
func (s *server) stop() error {
	var err error
	if s.caller != nil {
		err = s.caller.Close()
		s.caller = nil
	}
	if failed := s.cmd.Process.Signal(syscall.SIGTERM); failed != nil && !errors.Is(failed, os.ErrProcessDone) {
		err = errors.Join(err, failed, s.cmd.Process.Kill())
	}
	return errors.Join(err, s.cmd.Wait())
}

func (s *server) call(ctx context.Context, name string, args, result any) error {
	return s.caller.Call(ctx, name, args, result)
}

// code lets one device of a person in.
func (s *server) code(ctx context.Context, user string) (string, error) {
	var e hubd.Enrolled
	err := s.call(ctx, hubd.Enroll, hubd.Enrolment{Workspace: workspace, User: user, Hours: 1}, &e)
	return e.Code, err
}

// carried answers how many bytes of bodies the hub has received and sent so
// far, as they were on the wire: compressed.
func (s *server) carried(ctx context.Context) (received, sent int64, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, s.at.Metrics, nil)
	if err != nil {
		return 0, 0, err
	}
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil: // a comment
		case strings.HasPrefix(name, "patio_hub_received_bytes_total{"):
			received += int64(n)
		case strings.HasPrefix(name, "patio_hub_sent_bytes_total{"):
			sent += int64(n)
		}
	}
	return received, sent, lines.Err()
}

// memory answers the most that the hub's process held, in megabytes, and how
// many seconds of a processor it took.
func (s *server) memory() (peakMB, cpu float64, err error) { return process(s.cmd.Process.Pid) }

// process answers both of a process, as Linux tells them.
func process(pid int) (peakMB, cpu float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if _, err := fmt.Sscanf(line, "VmHWM: %g kB", &kilobytes); err == nil {
			peakMB = kilobytes / 1000
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	const user, system, ticks = 11, 12, 100 // of a second, on every Linux
	for _, i := range []int{user, system} {
		n, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return 0, 0, err
		}
		cpu += n / ticks
	}
	return peakMB, cpu, nil
}
