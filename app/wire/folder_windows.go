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

func onNetwork(dir string) (bool, error) {
	volume := filepath.VolumeName(dir)
	if len(volume) > 2 { // \\server\share
		return true, nil
	}
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err != nil {
		return false, err
	}
	return windows.GetDriveType(root) == windows.DRIVE_REMOTE, nil
}
