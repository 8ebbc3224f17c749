package desktop

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"patio/app/api"
	"patio/backend/crm"
)

// drawModes are the modes that can be chosen, the ready one first.
var drawModes = []string{api.DrawSoftware, api.DrawGPU, api.DrawCompatible}

// drawing is how the web view draws: a matter of this device and its graphics
// card, so it lies beside the database and not in it. It can be read before
// there is a window.
type drawing struct {
	path string

	mu      sync.Mutex // guards the rest
	running string
	kept    drawingFile
	failed  string
}

// drawingFile is drawing.json.
type drawingFile struct {
	Mode  string `json:"mode"`
	Trial trial  `json:"trial,omitempty"`
}

// trial is how far a mode is from being kept.
type trial string

const (
	trialAhead trial = "ahead" // the next start tries it
	trialOn    trial = "on"    // a start has begun with it, and nobody has kept it
)

// readDrawing decides how this start draws. forced, if not "", is a mode for
// this start only. A file that can't be read counts as none.
func readDrawing(dir, forced string) (*drawing, error) {
	d := &drawing{path: filepath.Join(dir, "drawing.json"), running: drawModes[0], kept: drawingFile{Mode: drawModes[0]}}
	if text, err := os.ReadFile(d.path); err == nil {
		var file drawingFile
		if json.Unmarshal(text, &file) == nil && slices.Contains(drawModes, file.Mode) {
			d.kept = file
		}
	}
	switch {
	case forced != "":
		if !slices.Contains(drawModes, forced) {
			return nil, fmt.Errorf("drawing mode %q: it is one of %q", forced, drawModes)
		}
		d.running = forced
	case d.kept.Trial == trialOn: // nobody saw enough of it to keep it
		d.failed = d.kept.Mode
		d.kept = drawingFile{Mode: drawModes[0]}
	default:
		d.running = d.kept.Mode
	}
	return d, nil
}

// begin writes down that a trial has begun, or failed. It is called once it is
// sure that this process shows the window, before the page is drawn.
func (d *drawing) begin() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.failed != "":
		return d.write(d.kept)
	case d.kept.Trial == trialAhead && d.running == d.kept.Mode:
		return d.write(drawingFile{Mode: d.kept.Mode, Trial: trialOn})
	}
	return nil
}

// choose sets the mode of later starts. What is running has been seen and needs
// no trial; the ready mode never does.
func (d *drawing) choose(mode string) error {
	if !slices.Contains(drawModes, mode) {
		return crm.NewError(crm.CodeInvalid, "mode")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	file := drawingFile{Mode: mode}
	if mode != drawModes[0] && mode != d.running {
		file.Trial = trialAhead
	}
	d.failed = ""
	if err := d.write(file); err != nil {
		return crm.NewError(crm.CodeReadOnly, "").Because(err)
	}
	return nil
}

// state is what the page is told.
func (d *drawing) state() api.Drawing {
	d.mu.Lock()
	defer d.mu.Unlock()
	next := d.kept.Mode
	if d.kept.Trial == trialOn {
		next = drawModes[0]
	}
	return api.Drawing{
		Choices: slices.Clone(drawModes), Running: d.running, Next: next,
		Trial: d.kept.Trial == trialOn && d.kept.Mode == d.running, Failed: d.failed,
	}
}

func (d *drawing) write(file drawingFile) error {
	text, err := json.Marshal(file)
	if err != nil {
		return err
	}
	if err := os.WriteFile(d.path+".new", text, 0o600); err != nil {
		return err
	}
	if err := os.Rename(d.path+".new", d.path); err != nil {
		return err
	}
	d.kept = file
	return nil
}
