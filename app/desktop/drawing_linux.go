package desktop

import (
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2/pkg/options/linux"

	"patio/app/api"
)

// Only here can the way of drawing be chosen: WebKitGTK is at the mercy of the
// system's graphics drivers, and shows nothing at all with some.
var _ api.Drawer = (*shell)(nil)

func (s *shell) Drawing() api.Drawing            { return s.drawing.state() }
func (s *shell) ChooseDrawing(mode string) error { return s.drawing.choose(mode) }

// prepare sets what the web view reads from its environment. A variable that
// the person has set stays.
func (d *drawing) prepare() error {
	if d.running != api.DrawCompatible {
		return nil
	}
	for _, name := range []string{"WEBKIT_DISABLE_DMABUF_RENDERER", "WEBKIT_DISABLE_COMPOSITING_MODE"} {
		if _, set := os.LookupEnv(name); set {
			continue
		}
		if err := os.Setenv(name, "1"); err != nil {
			return fmt.Errorf("prepare drawing: %w", err)
		}
	}
	return nil
}

// policy is never left out: any Linux options without one choose OnDemand.
func (d *drawing) policy() linux.WebviewGpuPolicy {
	if d.running == api.DrawGPU {
		return linux.WebviewGpuPolicyAlways
	}
	// With a software GL the others take 78–94 ms a scrolled frame against 16 ms.
	return linux.WebviewGpuPolicyNever
}
