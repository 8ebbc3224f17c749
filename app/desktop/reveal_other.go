//go:build !linux && !windows

package desktop

import (
	"fmt"
	"os/exec"
)

// reveal opens Finder with the file selected.
func reveal(path string) error {
	if err := exec.Command("open", "-R", path).Run(); err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	return nil
}
