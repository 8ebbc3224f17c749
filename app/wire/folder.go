package wire

import (
	"fmt"
	"os"
	"path/filepath"

	"patio/backend/crm"
)

// CodeFolder: the data folder can't be made or written.
const CodeFolder crm.Code = "folder.unusable"

// CodeNetworkFolder: the data folder lies on another machine. SQLite's locks
// don't hold there, and a lost connection would tear the file.
const CodeNetworkFolder crm.Code = "folder.network"

// DefaultFolder is where this operating system keeps a program's data for one
// person: %LOCALAPPDATA%\Patio\data on Windows, ~/Library/Application
// Support/Patio/data on macOS, $XDG_DATA_HOME/patio/data (~/.local/share)
// elsewhere. Never Documents, which backup and cloud programs copy while the
// file is open. The folder above it holds what is not worth keeping, such as the
// web view's cache.
func DefaultFolder() (string, error) {
	dir, err := userFolder()
	if err != nil {
		return "", crm.NewError(CodeFolder, "").Because(err)
	}
	return filepath.Join(dir, "data"), nil
}

// PrepareFolder makes the data folder if it is missing and refuses one that
// can't hold a database. It answers the folder's absolute path.
func PrepareFolder(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", crm.NewError(CodeFolder, "").Because(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", Unwritable(dir, fmt.Errorf("make data folder: %w", err))
	}
	remote, err := onNetwork(dir)
	if err != nil {
		return "", Unwritable(dir, fmt.Errorf("look at data folder: %w", err))
	}
	if remote {
		return "", crm.NewError(CodeNetworkFolder, "", "path", dir)
	}
	return dir, nil
}

// Unwritable says that a folder can't be used, and why to whoever reads the log.
func Unwritable(dir string, cause error) error {
	return crm.NewError(CodeFolder, "", "path", dir).Because(cause)
}
