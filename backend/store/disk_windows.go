package store

import (
	"errors"

	"golang.org/x/sys/windows"
)

// FreeSpace answers the bytes that this user may still write under dir.
func FreeSpace(dir string) (int64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	return int64(free), err
}

func outOfSpace(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

// syncFolder does nothing: NTFS journals names, and a folder can't be flushed.
func syncFolder(string) error { return nil }
