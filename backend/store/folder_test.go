package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"patio/backend/crm"
)

func TestAFolderThatACloudProgramSyncsIsRefused(t *testing.T) {
	for _, name := range []string{"OneDrive", "OneDrive - Loja Centro", "onedrive", "Dropbox", "Dropbox (Loja)", "Google Drive", "GoogleDrive-ana@loja.com", "Meu Drive", "iCloudDrive", "Nextcloud"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name, "docs", "patio")
			_, err := openDir(dir)
			wantCode(t, err, CodeFolderSynced)
			if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
				t.Errorf("left %v behind, %v", left, err)
			}
		})
	}
	for _, mark := range []string{".dropbox", ".stfolder", ".nextcloudsync.log"} {
		t.Run("marked by "+mark, func(t *testing.T) {
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, mark), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := openDir(filepath.Join(root, "loja"))
			wantCode(t, err, CodeFolderSynced)
		})
	}
	t.Run("OneDrive moved elsewhere", func(t *testing.T) {
		root := t.TempDir()
		t.Setenv("OneDriveCommercial", root)
		_, err := openDir(filepath.Join(root, "patio"))
		wantCode(t, err, CodeFolderSynced)
	})
	for _, name := range []string{"Dropboxes", "loja", "OneDriver", "megadrive", "box"} {
		t.Run("not "+name, func(t *testing.T) { openAt(t, filepath.Join(t.TempDir(), name)) })
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		root, dir string
		want      bool
	}{
		{"/a/b", "/a/b", true}, {"/a/b", "/a/b/c", true}, {"/a/b/", "/a/b/..c", true},
		{"/a/b", "/a/bc", false}, {"/a/b", "/a", false}, {"/a/b", "/x", false},
	} {
		if got := within(filepath.FromSlash(c.root), filepath.FromSlash(c.dir)); got != c.want {
			t.Errorf("within(%s, %s) = %v", c.root, c.dir, got)
		}
	}
}

func TestRemoteFileSystemsAreKnownByName(t *testing.T) {
	for name, want := range map[string]bool{
		"nfs4": true, "cifs": true, "fuse.sshfs": true, "fuse.rclone": true, "FUSE.GlusterFS": true, "9p": true,
		"ext4": false, "ntfs3": false, "fuseblk": false, "fuse.gocryptfs": false, "btrfs": false, "": false,
	} {
		if remoteType(name) != want {
			t.Errorf("remoteType(%q) = %v", name, !want)
		}
	}
}

func TestAFileInTheFoldersPlaceIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "patio")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := openDir(path)
	wantCode(t, err, crm.CodeReadOnly)
	_, err = openDir(filepath.Join(path, "deeper"))
	wantCode(t, err, crm.CodeReadOnly)
}

// Names that mean something in a URI are only names here.
func TestAFolderMayHaveAnyName(t *testing.T) {
	names := []string{"Loja São João", "a#b", "100%25", "a%20b", "x&y;z", "a'b", "[1]", "ç~^", strings.Repeat("ã", 40)}
	if runtime.GOOS != "windows" { // which has no such names
		names = append(names, "a?b=c", `a"b`, "*", "file:c", `a\b`)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			s := openAt(t, dir)
			id := makeLead(t, s, "Ana")
			snap, err := s.TakeSnapshot(t.Context(), SnapshotManual)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Restore(t.Context(), snap.ID); err != nil {
				t.Fatal(err)
			}
			closeStore(t, s)
			for _, file := range []string{FileName, filepath.Join(snapshotFolder, snap.ID+".db")} {
				if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
					t.Error(err)
				}
			}
			s = openAt(t, dir)
			if _, err := Read[crm.Lead](t.Context(), s, id); err != nil {
				t.Error(err)
			}
			if entries, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(entries) != 1 {
				t.Errorf("files beside the folder: %v %v", entries, err)
			}
		})
	}
}

// Windows' paths become URIs with a slash before the drive.
func TestFileURIs(t *testing.T) {
	for path, want := range map[string]string{
		"/home/ana/loja 1/patio.db":      "file:/home/ana/loja%201/patio.db",
		"/a#b/c?d/100%/patio.db":         "file:/a%23b/c%3Fd/100%25/patio.db",
		"C:/Users/Ana Luíza/patio.db":    "file:/C:/Users/Ana%20Lu%C3%ADza/patio.db",
		"D:/#1/patio.db":                 "file:/D:/%231/patio.db",
		"/a%20b/patio.db":                "file:/a%2520b/patio.db",
		"C:/Users/100%/50? não/patio.db": "file:/C:/Users/100%25/50%3F%20n%C3%A3o/patio.db",
	} {
		if got := fileURI(path); got != want {
			t.Errorf("fileURI(%s) = %s, want %s", path, got, want)
		}
	}
}

// A lock that goes an instant after its owner is waited for.
func TestALockThatOutlivesItsOwnerForAnInstantIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	first, err := lockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	released := make(chan error, 1)
	time.AfterFunc(lockPatience/5, func() { released <- first.release() })
	second, err := lockFolder(dir)
	if err := errors.Join(err, <-released); err != nil {
		t.Fatal(err)
	}
	if err := second.release(); err != nil {
		t.Error(err)
	}
}
