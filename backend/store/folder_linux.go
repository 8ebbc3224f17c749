package store

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// remoteMagic are file systems of other machines by the number of statfs(2):
// they are told even where /proc is not mounted.
var remoteMagic = map[int64]bool{
	unix.NFS_SUPER_MAGIC: true, unix.SMB_SUPER_MAGIC: true, unix.SMB2_SUPER_MAGIC: true, unix.CIFS_SUPER_MAGIC: true,
	unix.CODA_SUPER_MAGIC: true, unix.AFS_SUPER_MAGIC: true, unix.AFS_FS_MAGIC: true, unix.V9FS_MAGIC: true,
	unix.CEPH_SUPER_MAGIC: true, unix.OCFS2_SUPER_MAGIC: true,
}

// onNetwork says whether dir lies on another machine.
func onNetwork(dir string) (bool, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return false, err
	}
	if remoteMagic[int64(st.Type)] {
		return true, nil
	}
	if int64(st.Type) != unix.FUSE_SUPER_MAGIC {
		return false, nil
	}
	// Behind FUSE stand local disks and clouds alike: the mount's name tells.
	var dev unix.Stat_t
	if err := unix.Stat(dir, &dev); err != nil {
		return false, err
	}
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false, nil
	}
	defer f.Close()
	want := strconv.Itoa(int(unix.Major(dev.Dev))) + ":" + strconv.Itoa(int(unix.Minor(dev.Dev)))
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name := mountType(lines.Text(), want); name != "" {
			return remoteType(name), nil
		}
	}
	return false, nil
}

// mountType answers the file system's name in a line of mountinfo when the
// line is about the device ("major:minor"), else "".
func mountType(line, device string) string {
	before, after, ok := strings.Cut(line, " - ")
	fields := strings.Fields(before)
	if !ok || len(fields) < 3 || fields[2] != device {
		return ""
	}
	name, _, _ := strings.Cut(after, " ")
	return name
}
