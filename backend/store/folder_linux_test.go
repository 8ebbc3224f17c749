package store

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"patio/backend/crm"
)

func TestMountInfoNamesWhatStandsBehindFUSE(t *testing.T) {
	const line = "36 35 0:98 / /mnt/loja rw,noatime shared:1 - fuse.sshfs ana@loja:/ rw,user_id=0"
	for device, want := range map[string]string{"0:98": "fuse.sshfs", "0:9": "", "98:0": ""} {
		if got := mountType(line, device); got != want {
			t.Errorf("mountType(%s) = %q", device, got)
		}
	}
	if got := mountType("broken", "0:98"); got != "" {
		t.Error(got)
	}
	if remote, err := onNetwork(t.TempDir()); err != nil || remote {
		t.Errorf("a local folder is on the network: %v %v", remote, err)
	}
	if _, err := onNetwork("/nowhere at all"); err == nil {
		t.Error("a folder that isn't there has a file system")
	}
}

// mountTmpfs mounts a file system of a few bytes for the test. Where that isn't
// permitted the test fails: what it is about would go untested.
func mountTmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("mount a tmpfs of %s (root is needed): %v", size, err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestAReadOnlyFolderSaysSo(t *testing.T) {
	dir := mountTmpfs(t, "32m")
	folder := filepath.Join(dir, "loja")
	s, err := openDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	id := makeLead(t, s, "Ana")
	closeStore(t, s)
	before, err := os.ReadFile(filepath.Join(folder, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "size=32m"); err != nil {
		t.Fatal(err)
	}
	_, err = openDir(folder)
	wantCode(t, err, crm.CodeReadOnly)
	_, err = openDir(filepath.Join(dir, "another"))
	wantCode(t, err, crm.CodeReadOnly)
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT, "size=32m"); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(filepath.Join(folder, FileName))
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("the file changed")
	}
	s = openAt(t, folder)
	if _, err := Read[crm.Lead](t.Context(), s, id); err != nil {
		t.Error(err)
	}
	closeStore(t, s)
}
