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

// view opens a file in the program that the person has for it.
func view(path string) error {
	if err := exec.Command("open", path).Run(); err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	return nil
}
