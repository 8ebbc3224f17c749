//go:build linux

package crash_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// renewEvery is after how many kills a folder begins anew, so that it stays
// small and each kill is quick.
const renewEvery = 100

// killing is a child that is killed again and again over the same folder.
type killing struct {
	role   string
	base   string // a started folder, to copy
	dir    string
	r      *rand.Rand
	ledger *ledger
	enough int // losses after which it ends; 0: none are enough

	kills, acknowledged, inWork int
	lost                        []string
}

// A child is killed in the middle of its work, at any moment of it; what it
// acknowledged is there afterwards, and the file is whole.
func TestNothingAcknowledgedIsLostByAKill(t *testing.T) {
	n, r := count(t, "PATIO_KILLS", 500), seeded(t)
	dir := memory(t)
	base := filepath.Join(dir, "base")
	startedFolder(t, base)
	// Two lanes, as the machine has at least two processors.
	lanes := []*killing{}
	for i := range 2 {
		lanes = append(lanes, &killing{role: "work", base: base, dir: filepath.Join(dir, fmt.Sprint("lane", i)), r: rand.New(rand.NewPCG(r.Uint64(), 3))})
	}
	errs := make([]error, len(lanes))
	var all sync.WaitGroup
	for i, k := range lanes {
		all.Go(func() { errs[i] = k.run((n + i) / len(lanes)) })
	}
	all.Wait()
	kills, acknowledged, inWork, lost := 0, 0, 0, 0
	for i, k := range lanes {
		if errs[i] != nil {
			t.Errorf("lane %d, kill %d: %v", i, k.kills, errs[i])
		}
		for _, l := range k.lost {
			t.Errorf("lane %d: %s", i, l)
		}
		kills, acknowledged, inWork, lost = kills+k.kills, acknowledged+k.acknowledged, inWork+k.inWork, lost+len(k.lost)
	}
	t.Logf("%d kills, %d of them within an operation, %d acknowledged, %d lost", kills, inWork, acknowledged, lost)
	if kills < n || acknowledged < n {
		t.Errorf("%d kills and %d acknowledged writes are too few of %d", kills, acknowledged, n)
	}
}

// The same kills find it out when a child acknowledges before it commits.
func TestAcknowledgingBeforeCommitIsFoundByKills(t *testing.T) {
	n, r := max(count(t, "PATIO_KILLS", 500)/10, 40), seeded(t)
	dir := memory(t)
	base := filepath.Join(dir, "base")
	startedFolder(t, base)
	k := &killing{role: "hasty", base: base, dir: filepath.Join(dir, "lane"), r: r, enough: 5}
	if err := k.run(n); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d kills, %d acknowledged, %d lost", k.kills, k.acknowledged, len(k.lost))
	if len(k.lost) == 0 {
		t.Error("acknowledging before the commit went unnoticed")
	}
}

func (k *killing) run(n int) error {
	for k.kills < n && (k.enough == 0 || len(k.lost) < k.enough) {
		if k.kills%renewEvery == 0 {
			if err := k.renew(); err != nil {
				return err
			}
		}
		if err := k.once(); err != nil {
			return err
		}
		k.kills++
		if k.ledger.trying != nil {
			k.inWork++
		}
		lost, got, err := k.ledger.wrong(k.dir)
		k.lost = append(k.lost, lost...)
		if err != nil {
			return err
		}
		k.ledger.settle(got)
	}
	k.acknowledged += k.ledger.acknowledged
	return nil
}

func (k *killing) renew() error {
	if k.ledger != nil {
		k.acknowledged += k.ledger.acknowledged
	}
	k.ledger = newLedger()
	return errors.Join(os.RemoveAll(k.dir), os.CopyFS(k.dir, os.DirFS(k.base)))
}

// once starts a child and kills it some acknowledgements and microseconds later.
func (k *killing) once() (err error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childRole+"="+k.role, childDir+"="+k.dir, fmt.Sprintf("%s=%d", childSeed, k.r.Uint32()), childNotes+"=2000")
	if k.r.IntN(3) == 0 {
		cmd.Env = append(cmd.Env, childImports+"=1")
	}
	said := bytes.Buffer{}
	cmd.Stderr = &said
	// A child works until it is killed: with the tests, if they end before.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines, acks := bufio.NewReader(out), 1+k.r.IntN(20)
	delay := time.Duration(k.r.IntN(1500)) * time.Microsecond
	if k.r.IntN(10) == 0 { // while it starts
		acks, delay = 0, time.Duration(k.r.IntN(60_000))*time.Microsecond
	}
	for heard := 0; heard < acks && err == nil; {
		var kind string
		if kind, err = k.hear(lines); kind != sayTry && kind != sayReady {
			heard++
		}
	}
	if err == nil {
		<-time.After(delay)
	}
	killing := cmd.Process.Kill()
	// What the child acknowledged until then stands in the pipe.
	for err == nil {
		_, err = k.hear(lines)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	_ = cmd.Wait() // tells of the kill
	if said.Len() > 0 {
		err = errors.Join(err, errors.New(said.String()))
	}
	return errors.Join(err, killing)
}

// hear reads one line of the child; a line cut short ends it.
func (k *killing) hear(lines *bufio.Reader) (string, error) {
	text, err := lines.ReadBytes('\n')
	if err != nil {
		return "", err
	}
	return k.ledger.hear(text)
}
