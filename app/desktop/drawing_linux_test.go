package desktop

import (
	"os"
	"testing"

	"github.com/wailsapp/wails/v2/pkg/options/linux"

	"patio/app/api"
)

func TestDrawModesAreWhatTheWebViewIsTold(t *testing.T) {
	// The compatible mode's variables are set by the test first, so that prepare
	// leaves them alone and nothing of it stays.
	t.Setenv("WEBKIT_DISABLE_DMABUF_RENDERER", "0")
	t.Setenv("WEBKIT_DISABLE_COMPOSITING_MODE", "0")
	for mode, want := range map[string]linux.WebviewGpuPolicy{
		"": linux.WebviewGpuPolicyNever, api.DrawSoftware: linux.WebviewGpuPolicyNever,
		api.DrawGPU: linux.WebviewGpuPolicyAlways, api.DrawCompatible: linux.WebviewGpuPolicyNever,
	} {
		d := startDrawing(t, t.TempDir(), mode)
		if err := d.prepare(); err != nil || d.policy() != want {
			t.Errorf("%q: policy %v, %v", mode, d.policy(), err)
		}
	}
	if os.Getenv("WEBKIT_DISABLE_DMABUF_RENDERER") != "0" {
		t.Error("a variable that the person set was overwritten")
	}
	if err := os.Unsetenv("WEBKIT_DISABLE_DMABUF_RENDERER"); err != nil {
		t.Fatal(err)
	}
	if err := startDrawing(t, t.TempDir(), api.DrawCompatible).prepare(); err != nil || os.Getenv("WEBKIT_DISABLE_DMABUF_RENDERER") != "1" {
		t.Errorf("not set: %v", err)
	}
}
