//go:build !windows

package store

import (
	"os"
	"path/filepath"
	"testing"
)

// On Windows only an administrator makes links, so that no test there can.
func TestASyncedFolderReachedByALinkIsRefused(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "Dropbox"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(root, "patio")
	if err := os.Symlink(filepath.Join(root, "Dropbox"), link); err != nil {
		t.Fatal(err)
	}
	_, err := openDir(link)
	wantCode(t, err, CodeFolderSynced)
}
