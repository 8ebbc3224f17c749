package wire

import (
	"path/filepath"

	"patio/app/syncing"
)

// DefaultFolder is where this operating system keeps a program's data for one
// person: %LOCALAPPDATA%\Patio\data on Windows, ~/Library/Application
// Support/Patio/data on macOS, $XDG_DATA_HOME/patio/data (~/.local/share)
// elsewhere. Never Documents, which backup and cloud programs copy while the
// file is open. The folder above it holds what is not worth keeping, such as the
// web view's cache.
func DefaultFolder() (string, error) {
	dir, err := userFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "data"), nil
}

// DevicesFolder is where it keeps what makes an installation a device of a
// workspace: beside the data, never in it, so that a copy of the data folder
// doesn't carry it along.
func DevicesFolder() (string, error) {
	dir, err := userFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "devices"), nil
}

// serverFolder is where a PC that is the server of its shop keeps what the shop's
// PCs told it: beside the folder of devices, in one for this data folder.
func serverFolder(devices, dataDir string) (string, error) {
	place, err := syncing.Place(dataDir)
	if err != nil {
		return "", err
	}
	return filepath.Join(filepath.Dir(devices), "server", place), nil
}
