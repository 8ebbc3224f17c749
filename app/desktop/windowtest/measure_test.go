//go:build window

package windowtest

import (
	"encoding/json"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"patio/backend/sample"
)

// What a figure may be at most, with measuredLeads leads.
const (
	budgetStart  = 1000 // ms from the start of the process to the first cards
	budgetBoard  = 200  // ms from the page's address to the first cards
	budgetFrame  = 21   // ms of the 95th of 100 frames while a stage scrolls
	budgetLate   = 2    // % of frames in a drag
	budgetPaint  = 80   // ms from a key or a click to the frame that shows it, the 95th of 100
	budgetMemory = 350  // MB, proportional set size of all the program's processes

	measuredLeads = 60_000
	starts        = 5
	lateFrame     = 25 // ms: one of 16.7 was left out
	heldKeys      = 10 // at least, of a key that is held
	restSeconds   = 10 // in which the web view clears up, with nobody at it
)

// told is one line that measure.js writes.
type told struct {
	Board *struct {
		MS float64 `json:"ms"`
		At float64 `json:"at"` // ms since 1970
	} `json:"board"`
	Ready *struct {
		Stage [2]int   `json:"stage"`
		Cards [][2]int `json:"cards"`
	} `json:"ready"`
	Paint *struct {
		Name string  `json:"name"`
		Key  string  `json:"key"`
		MS   float64 `json:"ms"`
	} `json:"paint"`
	Frames *struct {
		Name string    `json:"name"`
		MS   []float64 `json:"ms"`
	} `json:"frames"`
}

// BenchmarkTheWindow uses the program as a person does and prints what it took
// beside the budgets. It passes and fails nothing: figures depend on the
// machine. PATIO_MEASURE_DATA names a data folder that is filled already.
func BenchmarkTheWindow(b *testing.B) {
	binary, err := Build(b.TempDir(), "measure")
	if err != nil {
		b.Fatal(err)
	}
	dir := measuredFolder(b)
	var table figures
	for range starts {
		p := Launch(b, binary, dir)
		w := p.Window()
		begun := float64(p.begun.UnixMicro()) / 1000
		table.note("start, to the first cards (ms)", budgetStart, p.waitTold("cards", 1, told.isBoard)[0].Board.At-begun)
		w.Close()
		p.WaitExit()
	}

	b.Setenv("PATIO_MEASURE_RELOADS", "9")
	p := Launch(b, binary, dir)
	w := p.Window()
	p.waitTold("the last of the reloaded boards", 1, told.isReady)
	for _, one := range p.told(told.isBoard)[1:] { // the first is a start
		table.note("first board, from the address to its cards (ms)", budgetBoard, one.Board.MS)
	}
	w.Close()
	p.WaitExit()

	b.Setenv("PATIO_MEASURE_RELOADS", "0")
	p = Launch(b, binary, dir)
	w = p.Window()
	ready := p.waitTold("the board at rest", 1, told.isReady)[0].Ready
	at := func(place [2]int) image.Point { return w.Geometry().Min.Add(image.Pt(place[0], place[1])) }

	w.Wheel(at(ready.Stage), 300)
	table.note("frame while a long stage scrolls (ms)", budgetFrame, frames(p.waitTold("scrolled frames", 1, told.isScroll))...)

	const clicks = 12
	for i := range clicks {
		w.Click(at(ready.Cards[i%len(ready.Cards)]))
		p.waitTold("what the click does", i+1, told.isClick)
	}
	table.note("click to paint (ms)", budgetPaint, paints(p.told(told.isClick))...)
	keys := slices.Repeat([]string{"Down", "Down", "Right", "Left", "x", "x"}, 6)
	keys = append(keys, "space", "Down", "space", "m", "Escape", "End", "Home")
	for i, key := range keys {
		w.Key(key)
		p.waitTold("what the key does", i+1, told.isKey)
	}
	table.note("key to paint (ms)", budgetPaint, paints(p.told(told.isKey))...)

	// A key held for a while, which the keyboard repeats: the last one that the
	// person let go is painted as soon as any other.
	w.HoldKey("Down", 2*time.Second)
	held := paints(p.waitTold("what a held key does", len(keys)+heldKeys, told.isKey)[len(keys):])
	table.note("the last of a held key (ms)", budgetPaint, held[len(held)-1])

	w.Hold(at(ready.Cards[0]))
	for _, to := range []image.Point{{700, 300}, {1100, 500}, {300, 250}, {900, 600}, {200, 300}, {700, 500}} {
		w.MoveHeld(w.Geometry().Min.Add(to))
	}
	w.Key("Escape")
	w.Release()
	dragged := frames(p.waitTold("frames of the drag", 1, told.isDrag))
	skipped := slices.DeleteFunc(slices.Clone(dragged), func(ms float64) bool { return ms <= lateFrame })
	table.note("late frames in a drag (%)", budgetLate, 100*float64(len(skipped))/float64(len(dragged)))

	second := time.NewTicker(time.Second)
	defer second.Stop()
	for range restSeconds {
		<-second.C
		table.note("memory of all its processes, after it (MB)", budgetMemory, memory(b, p.Pid()))
	}
	w.Shot("measured")
	w.Close()
	p.WaitExit()
	fmt.Print(table)
}

// measuredFolder is a data folder with measuredLeads leads.
func measuredFolder(b *testing.B) string {
	b.Helper()
	if dir := os.Getenv("PATIO_MEASURE_DATA"); dir != "" {
		return dir
	}
	dir := b.TempDir()
	s := openStore(b, dir)
	startShop(b, s)
	if err := sample.Seed(b.Context(), s, measuredLeads, sample.Activities, 1, func(int, int) {}); err != nil {
		b.Fatal(err)
	}
	closeStore(b, s)
	return dir
}

func (one told) isBoard() bool  { return one.Board != nil }
func (one told) isReady() bool  { return one.Ready != nil }
func (one told) isClick() bool  { return one.Paint != nil && one.Paint.Name == "click" }
func (one told) isKey() bool    { return one.Paint != nil && one.Paint.Name == "keydown" }
func (one told) isScroll() bool { return one.Frames != nil && one.Frames.Name == "scroll" }
func (one told) isDrag() bool   { return one.Frames != nil && one.Frames.Name == "drag" }

// told reads the lines of a kind that measure.js wrote so far.
func (p *Program) told(kind func(told) bool) []told {
	var list []told
	for _, line := range strings.Split(p.output.String(), "\n") {
		var one told
		if strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &one) == nil && kind(one) {
			list = append(list, one)
		}
	}
	return list
}

// waitTold waits until at least count lines of a kind are there.
func (p *Program) waitTold(what string, count int, kind func(told) bool) []told {
	p.t.Helper()
	Eventually(p.t, what, func() bool { return len(p.told(kind)) >= count })
	return p.told(kind)
}

func paints(list []told) []float64 {
	var ms []float64
	for _, one := range list {
		ms = append(ms, one.Paint.MS)
	}
	return ms
}

func frames(list []told) []float64 {
	var ms []float64
	for _, one := range list {
		ms = append(ms, one.Frames.MS...)
	}
	return ms
}

// memory is the proportional set size of a process and all below it, in MB: a
// page that two processes share counts half in each.
func memory(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		b.Fatal(err)
	}
	var kB float64
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			if _, err := fmt.Sscanf(rest, "%f kB", &kB); err != nil {
				b.Fatal(err)
			}
		}
	}
	sum := kB * 1024 / 1e6
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		b.Fatal(err)
	}
	for _, thread := range threads {
		children, err := os.ReadFile(thread)
		if err != nil {
			continue // the thread has ended
		}
		for _, child := range strings.Fields(string(children)) {
			below, err := strconv.Atoi(child)
			if err != nil {
				b.Fatal(err)
			}
			sum += memory(b, below)
		}
	}
	return sum
}

// figures is the table of what was measured.
type figures []figure

type figure struct {
	name   string
	budget float64
	values []float64
}

func (f *figures) note(name string, budget float64, values ...float64) {
	if last := len(*f) - 1; last >= 0 && (*f)[last].name == name {
		(*f)[last].values = append((*f)[last].values, values...)
		return
	}
	*f = append(*f, figure{name, budget, values})
}

func (f figures) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-52s %8s %8s %8s\n", "in the window", "p50", "p95", "budget")
	for _, one := range f {
		slices.Sort(one.values)
		at := func(share float64) float64 {
			return one.values[min(len(one.values)-1, int(float64(len(one.values))*share))]
		}
		over := ""
		if at(0.95) > one.budget {
			over = "  over"
		}
		fmt.Fprintf(&b, "%-52s %8.1f %8.1f %8.0f%s\n", one.name, at(0.5), at(0.95), one.budget, over)
	}
	return b.String()
}
