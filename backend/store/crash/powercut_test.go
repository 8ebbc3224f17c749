//go:build linux

package crash_test

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// outage is a traced run of which power cuts are tried.
type outage struct {
	disk  *disk
	calls []call
	check func(l *ledger, dir string, i int) (lost []string, err error)
}

// outcome is what the images of an outage showed.
type outcome struct {
	images       int
	torn         int // with something on the disk that no sync had made safe
	acknowledged int // checked over all images
	lost, broken int // acknowledged writes that are gone; images that don't open whole
	examples     []string
}

func (o *outcome) String() string {
	return fmt.Sprintf("%d images (%d with unsafe writes), %d acknowledged, %d lost, %d broken", o.images, o.torn, o.acknowledged, o.lost, o.broken)
}

// image is what a power cut left, and what had been acknowledged by then.
type image struct {
	i      int
	at     int
	files  map[string][]byte
	shared []byte // content for SQLite's shared memory, which no sync ever wrote
	ledger *ledger
}

// cut tries n power cuts at random moments of the run.
func (o outage) cut(t testing.TB, scratch string, n int, r *rand.Rand) *outcome {
	t.Helper()
	moments := make([]int, n)
	for i := range moments {
		moments[i] = r.IntN(len(o.calls) + 1)
	}
	slices.Sort(moments)
	images, result := make(chan image), &outcome{images: n}
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for im := range images {
				lost, err := o.try(im, filepath.Join(scratch, fmt.Sprint("image", im.i)))
				mu.Lock()
				result.acknowledged += im.ledger.acknowledged
				result.lost += len(lost)
				if err != nil {
					result.broken++
					lost = append(lost, err.Error())
				}
				for _, l := range lost[:min(len(lost), 3)] {
					result.examples = append(result.examples, fmt.Sprintf("image %d, cut at call %d of %d, %d acknowledged: %s", im.i, im.at, len(o.calls), im.ledger.acknowledged, l))
				}
				mu.Unlock()
			}
		})
	}
	ledger, done := newLedger(), 0
	for i, at := range moments {
		for ; done < at; done++ {
			if err := o.play(ledger, o.calls[done]); err != nil {
				close(images)
				workers.Wait()
				t.Fatal(err)
			}
		}
		im := image{i: i, at: at, files: o.disk.cut(r), ledger: ledger.clone()}
		if r.IntN(4) == 0 {
			im.shared = make([]byte, 32<<10)
			for i := range im.shared {
				im.shared[i] = byte(r.Uint32())
			}
		}
		if o.disk.unsafe() {
			result.torn++
		}
		images <- im
	}
	close(images)
	workers.Wait()
	slices.SortFunc(result.examples, func(a, b string) int { return cmp.Compare(a, b) })
	return result
}

func (o outage) play(l *ledger, c call) error {
	if c.kind != callSay {
		return o.disk.do(c)
	}
	for text := range bytes.Lines(c.data) {
		if _, err := l.hear(text); err != nil {
			return err
		}
	}
	l.snapshot = "" // snapshots are files of their own, which this disk doesn't hold
	return nil
}

func (o outage) try(im image, dir string) (lost []string, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if im.shared != nil {
		im.files["patio.db-shm"] = im.shared
	}
	im.files["patio.ballast"] = []byte("ballast")
	for name, b := range im.files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return nil, err
		}
	}
	return o.check(im.ledger, dir, im.i)
}

// checkLeads opens every image with SQLite and each nth with the store, which
// then verifies all.
func checkLeads(every int) func(l *ledger, dir string, i int) ([]string, error) {
	return func(l *ledger, dir string, i int) ([]string, error) {
		if i%every != 0 {
			return l.wrongRows(dir, "leads", leadFacts)
		}
		lost, _, err := l.wrong(dir)
		return lost, err
	}
}

func checkRows(l *ledger, dir string, _ int) ([]string, error) {
	return l.wrongRows(dir, "rows", rowFacts)
}

// Operations of the traced runs: enough for the log to be written back and
// begun anew some times.
const (
	firstOperations = 20
	workOperations  = 300
)

func traceFirst(t testing.TB, scratch string, r *rand.Rand) outage {
	dir := filepath.Join(scratch, "first")
	emptyFolder(t, dir)
	d, calls := trace(t, scratch, dir, "work", fmt.Sprintf("%s=%d", childSeed, r.Uint32()), fmt.Sprintf("%s=%d", childOps, firstOperations))
	return outage{d, calls, checkLeads(2)}
}

// traceBirth is the beginning of a first start: the file is made, its journal
// becomes a log, its first table comes.
func traceBirth(t testing.TB, scratch string, r *rand.Rand) outage {
	dir := filepath.Join(scratch, "birth")
	emptyFolder(t, dir)
	d, calls := trace(t, scratch, dir, "work", fmt.Sprintf("%s=%d", childSeed, r.Uint32()), childOps+"=1")
	return outage{d, calls[:40], checkLeads(1)}
}

func traceWork(t testing.TB, scratch, role string, operations int, r *rand.Rand) outage {
	dir := filepath.Join(scratch, role)
	startedFolder(t, dir)
	d, calls := trace(t, scratch, dir, role, fmt.Sprintf("%s=%d", childSeed, r.Uint32()), fmt.Sprintf("%s=%d", childOps, operations), childNotes+"=6000")
	return outage{d, calls, checkLeads(20)}
}

func traceRows(t testing.TB, scratch, synchronous string, r *rand.Rand) outage {
	dir := filepath.Join(scratch, "rows"+synchronous)
	emptyFolder(t, dir)
	d, calls := trace(t, scratch, dir, "rows", fmt.Sprintf("%s=%d", childSeed, r.Uint32()), childOps+"=100", childSync+"="+synchronous)
	return outage{d, calls, checkRows}
}

// The power goes at any moment of a first start or of a day's work; what was
// acknowledged is there afterwards, and the file is whole.
func TestNothingAcknowledgedIsLostByAPowerCut(t *testing.T) {
	n, r := count(t, "PATIO_POWER_CUTS", 1000), seeded(t)
	scratch := memory(t)
	for _, c := range []struct {
		name string
		n    int
		o    outage
	}{
		{"birth", n / 10, traceBirth(t, scratch, r)},
		{"first start", n / 10, traceFirst(t, scratch, r)},
		{"work", n - 2*(n/10), traceWork(t, scratch, "work", workOperations, r)},
	} {
		written, logs := map[string]int{}, 0
		for _, call := range c.o.calls {
			written[call.name] += len(call.data)
			if call.kind == callWrite && call.name == "patio.db-wal" && call.off == 0 {
				logs++
			}
		}
		got := c.o.cut(t, scratch, c.n, r)
		t.Logf("%s: %d calls, %d bytes to the database, %d to the log, begun %d times: %v", c.name, len(c.o.calls), written["patio.db"], written["patio.db-wal"], logs, got)
		if got.lost+got.broken > 0 {
			for _, l := range got.examples[:min(len(got.examples), 20)] {
				t.Error(l)
			}
		}
		if c.name != "work" {
			continue
		}
		if got.torn == 0 || got.acknowledged == 0 {
			t.Error("the cuts took nothing")
		}
		if logs < 3 {
			t.Errorf("the log was begun %d times, too few for a cut while it is written back", logs)
		}
	}
}

// The same cuts find it out when a child acknowledges before it commits, when
// syncs do nothing, and when SQLite is told to make none.
func TestPowerCutsFindWhatIsNotSafe(t *testing.T) {
	n, r := max(count(t, "PATIO_POWER_CUTS", 1000)/20, 20), seeded(t)
	scratch := memory(t)
	deaf := traceWork(t, scratch, "work", workOperations/10, r)
	deaf.disk.deaf = true
	hasty := traceWork(t, scratch, "hasty", 40, r)
	hasty.check = checkLeads(n + 1)
	deaf.check = hasty.check
	for _, c := range []struct {
		name string
		safe bool
		o    outage
	}{
		{"acknowledged before the commit", false, hasty},
		{"syncs that do nothing", false, deaf},
		{"rows with synchronous=OFF", false, traceRows(t, scratch, "OFF", r)},
		{"rows with synchronous=NORMAL", false, traceRows(t, scratch, "NORMAL", r)},
		{"rows with synchronous=FULL", true, traceRows(t, scratch, "FULL", r)},
	} {
		got := c.o.cut(t, scratch, n, r)
		t.Logf("%s: %v", c.name, got)
		if safe := got.lost+got.broken == 0; c.safe != safe {
			t.Errorf("%s: %v; %v", c.name, got, got.examples[:min(len(got.examples), 5)])
		}
		if !c.safe && got.lost == 0 {
			t.Errorf("%s: no loss was found", c.name)
		}
	}
}
