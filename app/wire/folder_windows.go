package wire

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

func userFolder() (string, error) {
	base, err := windows.KnownFolderPath(windows.FOLDERID_LocalAppData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "Patio"), nil
}
