package desktop

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// The smallest window in which the board can be used.
const (
	minWidth  = 800
	minHeight = 560
)

// placement is where the window stood when it was last closed: a matter of this
// device, so it lies beside the database and not in it.
type placement struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"`
	known     bool
}

// firstPlacement fits a 1366×768 screen with its task bar.
var firstPlacement = placement{Width: 1280, Height: 700}

func placementFile(dir string) string { return filepath.Join(dir, "window.json") }

// readPlacement answers the first placement when there is none, or none that
// makes sense: a lost placement is no reason to fail.
func readPlacement(dir string) placement {
	text, err := os.ReadFile(placementFile(dir))
	if err != nil {
		return firstPlacement
	}
	p := placement{known: true}
	if err := json.Unmarshal(text, &p); err != nil || p.Width < minWidth || p.Height < minHeight {
		return firstPlacement
	}
	return p
}

func (p placement) startState() options.WindowStartState {
	if p.Maximised {
		return options.Maximised
	}
	return options.Normal
}

// apply moves the window to where it stood, unless that screen is gone.
func (p placement) apply(ctx context.Context) {
	if !p.known || p.Maximised {
		return
	}
	screens, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return
	}
	for _, screen := range screens {
		if screen.IsCurrent && p.fits(screen.Size.Width, screen.Size.Height) {
			runtime.WindowSetPosition(ctx, p.X, p.Y)
		}
	}
}

// fits reports whether enough of the window would stand on a screen to take
// hold of it.
func (p placement) fits(width, height int) bool {
	const grip = 100 // pixels of title bar
	return p.Y >= 0 && p.Y <= height-grip && p.X >= grip-p.Width && p.X <= width-grip
}

func currentPlacement(ctx context.Context) placement {
	p := placement{Maximised: runtime.WindowIsMaximised(ctx)}
	p.X, p.Y = runtime.WindowGetPosition(ctx)
	p.Width, p.Height = runtime.WindowGetSize(ctx)
	return p
}

// write keeps the placement. Of a maximised window the size from before is
// kept, so that it comes back when the person restores it.
func (p placement) write(dir string) error {
	if p.Width < minWidth || p.Height < minHeight {
		return nil // minimised, or not shown yet
	}
	if p.Maximised {
		before := readPlacement(dir)
		before.Maximised = true
		p = before
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	temp := placementFile(dir) + ".new"
	if err := os.WriteFile(temp, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, placementFile(dir))
}
