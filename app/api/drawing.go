package api

// Ways in which a window's web view can draw.
const (
	DrawSoftware   = "software"   // by the processor: even everywhere, and the ready one
	DrawGPU        = "gpu"        // by the graphics card
	DrawCompatible = "compatible" // by the processor, with the web view's newer paths switched off
)

// Drawing is how the window draws, and how it will from the next start on. A
// screen that stays black can't be clicked on: a mode other than the ready one
// is on trial for one start, and unless it is chosen again during that start,
// the next one is back at the ready mode.
type Drawing struct {
	Choices []string `json:"choices"` // empty where nothing can be chosen
	Running string   `json:"running"`
	Next    string   `json:"next"`   // of the next start
	Trial   bool     `json:"trial"`  // Running is on trial
	Failed  string   `json:"failed"` // the mode that was on trial in the last start and wasn't kept, or ""
}

// Drawer is a Shell whose way of drawing can be chosen.
type Drawer interface {
	Drawing() Drawing
	// ChooseDrawing sets the mode of later starts. Errors: invalid for an unknown
	// mode.
	ChooseDrawing(mode string) error
}

// Drawing says how the window draws.
func (n *Native) Drawing() Drawing {
	if drawer, ok := n.shell.(Drawer); ok {
		return drawer.Drawing()
	}
	return Drawing{Choices: []string{}}
}

// ChooseDrawing sets how the window draws from the next start on; choosing what
// is on trial keeps it. Errors: unsupported, invalid.
func (n *Native) ChooseDrawing(mode string) error {
	if drawer, ok := n.shell.(Drawer); ok {
		return drawer.ChooseDrawing(mode)
	}
	return Unsupported("drawing")
}
