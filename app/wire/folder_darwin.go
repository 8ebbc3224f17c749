package wire

import (
	"os"
	"path/filepath"
)

func userFolder() (string, error) {
	base, err := os.UserConfigDir() // ~/Library/Application Support
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "Patio"), nil
}
