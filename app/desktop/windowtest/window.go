//go:build window

package windowtest

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Window is the program's window on the screen, and the person before it.
type Window struct {
	t       testing.TB
	program *Program
	id      string // X window id
}

// Window waits until the program's window is on the screen, has the focus and
// shows its page.
func (p *Program) Window() *Window {
	p.t.Helper()
	w := &Window{t: p.t, program: p}
	Eventually(p.t, "a visible window", func() bool {
		if !p.Running() {
			p.t.Fatalf("the program ended: %s", p.output)
		}
		// The library makes a second, invisible X window of the same process.
		out, err := xdotool("search", "--onlyvisible", "--all", "--pid", strconv.Itoa(p.Pid()), "--name", "Pátio")
		w.id = strings.TrimSpace(out)
		return err == nil && w.id != "" && !strings.Contains(w.id, "\n")
	})
	w.WaitActive()
	Eventually(p.t, "a page in the window", func() bool { return Colours(w.Shot(""), w.Geometry().Inset(4)) > 50 })
	return w
}

// Dialog waits until a dialog of the program stands before its window and has
// the focus.
func (p *Program) Dialog(of *Window) *Window {
	p.t.Helper()
	d := &Window{t: p.t, program: p}
	Eventually(p.t, "a dialog", func() bool {
		out, err := xdotool("getactivewindow")
		d.id = strings.TrimSpace(out)
		return err == nil && d.id != "" && d.id != of.id
	})
	return d
}

func xdotool(args ...string) (string, error) {
	out, err := exec.Command("xdotool", args...).Output()
	return string(out), err
}

// do runs xdotool and fails the test when that fails.
func (w *Window) do(args ...string) string {
	w.t.Helper()
	out, err := xdotool(args...)
	if err != nil {
		w.t.Fatalf("xdotool %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// Active reports whether this window has the keyboard.
func (w *Window) Active() bool {
	out, err := xdotool("getactivewindow")
	return err == nil && strings.TrimSpace(out) == w.id
}

// WaitActive waits until the window has the keyboard.
func (w *Window) WaitActive() {
	w.t.Helper()
	Eventually(w.t, "the window in front", w.Active)
}

// Minimise puts the window into the task bar and waits until it is gone.
func (w *Window) Minimise() {
	w.t.Helper()
	w.do("windowminimize", w.id)
	Eventually(w.t, "a minimised window", func() bool { return !w.Visible() })
}

// Visible reports whether the window is mapped.
func (w *Window) Visible() bool {
	out, err := xdotool("search", "--onlyvisible", "--all", "--pid", strconv.Itoa(w.program.Pid()), "--name", ".")
	return err == nil && strings.Contains("\n"+out, "\n"+w.id+"\n")
}

// Title is what the title bar says.
func (w *Window) Title() string { return strings.TrimSpace(w.do("getwindowname", w.id)) }

// Geometry is where the window's content stands on the screen, without the
// window manager's frame. (xdotool counts the frame twice.)
func (w *Window) Geometry() image.Rectangle {
	w.t.Helper()
	box, err := w.geometry()
	if err != nil {
		w.t.Fatalf("xwininfo: %v", err)
	}
	return box
}

func (w *Window) geometry() (image.Rectangle, error) {
	out, err := exec.Command("xwininfo", "-id", w.id).Output()
	is := map[string]int{}
	for _, line := range strings.Split(string(out), "\n") {
		name, value, _ := strings.Cut(line, ":")
		is[strings.TrimSpace(name)], _ = strconv.Atoi(strings.TrimSpace(value)) // other lines are not asked for
	}
	x, y := is["Absolute upper-left X"], is["Absolute upper-left Y"]
	return image.Rect(x, y, x+is["Width"], y+is["Height"]), err
}

// Centre is the middle of the window's content on the screen.
func (w *Window) Centre() image.Point {
	w.t.Helper()
	box := w.Geometry()
	return box.Min.Add(box.Size().Div(2))
}

// Resize asks the window manager for a size and waits for it.
func (w *Window) Resize(width, height int) {
	w.t.Helper()
	w.do("windowsize", w.id, strconv.Itoa(width), strconv.Itoa(height))
	Eventually(w.t, fmt.Sprintf("a window of %d×%d", width, height), func() bool {
		return w.Geometry().Size() == image.Pt(width, height)
	})
}

// Key presses combinations in xdotool's words, one at once after the other:
// "ctrl+k", "Return", "alt+Right". It must not clear modifiers: to xdotool a held
// mouse button is one, and would be let go.
func (w *Window) Key(combinations ...string) {
	w.t.Helper()
	w.do(append([]string{"key"}, combinations...)...)
}

// HoldKey holds a key down for a while; the keyboard repeats it.
func (w *Window) HoldKey(key string, lasts time.Duration) {
	w.t.Helper()
	w.do("keydown", key, "sleep", strconv.FormatFloat(lasts.Seconds(), 'f', 3, 64), "keyup", key)
}

// Type types text into what has the focus.
func (w *Window) Type(text string) {
	w.t.Helper()
	w.do("type", "--delay", "15", text)
}

// Click clicks at a point of the screen. (Waiting for the move would wait long
// where the mouse stands there already; the two come in their order.)
func (w *Window) Click(at image.Point) {
	w.t.Helper()
	w.do("mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "1")
}

// Wheel turns the wheel downwards over a point, one notch after the other.
func (w *Window) Wheel(at image.Point, notches int) {
	w.t.Helper()
	w.do("mousemove", "--sync", strconv.Itoa(at.X), strconv.Itoa(at.Y),
		"click", "--repeat", strconv.Itoa(notches), "--delay", "16", "5")
}

// Drag takes hold at from, moves as a hand does, and lets go at to. Along the
// way it passes through each of via.
func (w *Window) Drag(from, to image.Point, via ...image.Point) {
	w.t.Helper()
	w.Hold(from)
	for _, point := range append(via, to) {
		w.MoveHeld(point)
	}
	w.Release()
}

// Hold presses the button at a point and moves enough for a drag to begin.
func (w *Window) Hold(at image.Point) {
	w.t.Helper()
	x, y := strconv.Itoa(at.X), strconv.Itoa(at.Y)
	w.do("mousemove", "--sync", x, y, "mousedown", "1")
	for step := 2; step <= 12; step += 2 {
		w.do("mousemove", strconv.Itoa(at.X+step), strconv.Itoa(at.Y+step), "sleep", handPace)
	}
}

// MoveHeld moves with the button held, in steps: a drag over a web page goes
// through the window system, which drops a jump.
func (w *Window) MoveHeld(to image.Point) {
	w.t.Helper()
	var x, y int
	for _, line := range strings.Split(w.do("getmouselocation", "--shell"), "\n") {
		name, value, _ := strings.Cut(line, "=")
		number, _ := strconv.Atoi(value) // other lines are not asked for
		switch name {
		case "X":
			x = number
		case "Y":
			y = number
		}
	}
	const steps = 12
	args := []string{}
	for i := 1; i <= steps; i++ {
		args = append(args, "mousemove",
			strconv.Itoa(x+(to.X-x)*i/steps), strconv.Itoa(y+(to.Y-y)*i/steps), "sleep", handPace)
	}
	w.do(args...)
}

// Release lets the button go.
func (w *Window) Release() {
	w.t.Helper()
	w.do("mouseup", "1")
}

// handPace is seconds between two reports of a hand-moved mouse: part of the
// input, not a wait for the program.
const handPace = "0.016"

// Close clicks the cross in the window's title bar, and again, as a person
// would, while the window is still there: a window that comes to the front just
// then takes the first click for itself.
func (w *Window) Close() {
	w.t.Helper()
	w.WaitActive()
	const half = 10 // of the title bar above the content, and of its last button
	const again = 3 * time.Second
	var clicked time.Time
	Eventually(w.t, "a closed window", func() bool {
		box, err := w.geometry()
		if err != nil {
			return true
		}
		if time.Since(clicked) > again {
			clicked = time.Now()
			w.Click(image.Pt(box.Max.X-half, box.Min.Y-half))
		}
		return false
	})
}

// Shot takes a picture of the whole screen. When the environment names a folder
// for pictures in PATIO_SHOTS, one with a name is kept there.
func (w *Window) Shot(name string) image.Image {
	w.t.Helper()
	text, err := exec.Command("import", "-window", "root", "png:-").Output()
	if err != nil {
		w.t.Fatalf("picture of the screen: %v", err)
	}
	if dir := os.Getenv("PATIO_SHOTS"); dir != "" && name != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), text, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	shot, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		w.t.Fatalf("picture of the screen: %v", err)
	}
	return shot
}

// Colours counts the different colours in a part of a picture: one in a blank
// page, hundreds where there is text.
func Colours(shot image.Image, in image.Rectangle) int {
	in = in.Intersect(shot.Bounds())
	seen := map[[3]uint32]bool{}
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			r, g, b, _ := shot.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	return len(seen)
}
