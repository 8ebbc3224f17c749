package desktop

import (
	"os"
	"path/filepath"
	"testing"

	"patio/app/api"
	"patio/backend/crm"
)

// startDrawing is one start over a data folder that shows its window.
func startDrawing(t *testing.T, dir, forced string) *drawing {
	t.Helper()
	d, err := readDrawing(dir, forced)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.begin(); err != nil {
		t.Fatal(err)
	}
	return d
}

func chooseDrawing(t *testing.T, d *drawing, mode string) {
	t.Helper()
	if err := d.choose(mode); err != nil {
		t.Fatal(err)
	}
}

func wantDrawing(t *testing.T, d *drawing, running, next string, onTrial bool, failed string) {
	t.Helper()
	got := d.state()
	if got.Running != running || got.Next != next || got.Trial != onTrial || got.Failed != failed || len(got.Choices) != 3 {
		t.Errorf("got %+v, want running %s, next %s, trial %v, failed %q", got, running, next, onTrial, failed)
	}
}

func TestAChosenWayOfDrawingComesWithTheNextStartAndStaysOnceKept(t *testing.T) {
	dir := t.TempDir()
	d := startDrawing(t, dir, "")
	wantDrawing(t, d, api.DrawSoftware, api.DrawSoftware, false, "")
	chooseDrawing(t, d, api.DrawGPU)
	wantDrawing(t, d, api.DrawSoftware, api.DrawGPU, false, "")

	d = startDrawing(t, dir, "")
	wantDrawing(t, d, api.DrawGPU, api.DrawSoftware, true, "")
	chooseDrawing(t, d, api.DrawGPU)
	wantDrawing(t, d, api.DrawGPU, api.DrawGPU, false, "")
	wantDrawing(t, startDrawing(t, dir, ""), api.DrawGPU, api.DrawGPU, false, "")
}

func TestAWindowThatNobodyKeptFindsItsWayBack(t *testing.T) {
	dir := t.TempDir()
	chooseDrawing(t, startDrawing(t, dir, ""), api.DrawGPU)
	startDrawing(t, dir, "") // black, and killed
	wantDrawing(t, startDrawing(t, dir, ""), api.DrawSoftware, api.DrawSoftware, false, api.DrawGPU)
	wantDrawing(t, startDrawing(t, dir, ""), api.DrawSoftware, api.DrawSoftware, false, "")
}

func TestAStartThatOnlyWakesTheFirstWindowUsesUpNoTrial(t *testing.T) {
	dir := t.TempDir()
	chooseDrawing(t, startDrawing(t, dir, ""), api.DrawGPU)
	if _, err := readDrawing(dir, ""); err != nil { // ends before it begins
		t.Fatal(err)
	}
	wantDrawing(t, startDrawing(t, dir, ""), api.DrawGPU, api.DrawSoftware, true, "")
}

func TestAForcedWayOfDrawingIsForOneStart(t *testing.T) {
	dir := t.TempDir()
	d := startDrawing(t, dir, "")
	chooseDrawing(t, d, api.DrawGPU)
	d = startDrawing(t, dir, "")
	chooseDrawing(t, d, api.DrawGPU) // kept; then a new driver comes
	wantDrawing(t, startDrawing(t, dir, api.DrawSoftware), api.DrawSoftware, api.DrawGPU, false, "")
	wantDrawing(t, startDrawing(t, dir, ""), api.DrawGPU, api.DrawGPU, false, "")
	if _, err := readDrawing(dir, "vulkan"); err == nil {
		t.Error("an unknown mode was taken")
	}
}

func TestADrawingFileThatMakesNoSenseCountsAsNone(t *testing.T) {
	dir := t.TempDir()
	for _, broken := range []string{"", "{", "[]", `{"mode":"vulkan"}`, `{"mode":1}`} {
		if err := os.WriteFile(filepath.Join(dir, "drawing.json"), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		wantDrawing(t, startDrawing(t, dir, ""), api.DrawSoftware, api.DrawSoftware, false, "")
	}
	if err := startDrawing(t, dir, "").choose("vulkan"); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("got %v", err)
	}
}
