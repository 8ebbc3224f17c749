package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"patio/backend/crm"
)

// Codes of folders in which a database is not safe. Parameter folder names it;
// of a synced one, parameter by names what syncs it.
const (
	// CodeFolderNetwork: SQLite's locks don't hold on another machine's disk,
	// and a lost connection would tear the file.
	CodeFolderNetwork crm.Code = "folder.network"
	// CodeFolderSynced: a cloud program copies and replaces the file while it
	// is open, its log apart from it.
	CodeFolderSynced crm.Code = "folder.synced"
)

// checkFolder refuses folders in which a database is not safe. dir exists.
func checkFolder(dir string) error {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return folderFailure(dir, err)
	}
	remote, err := onNetwork(real)
	if err != nil {
		return folderFailure(dir, err)
	}
	if remote {
		return crm.NewError(CodeFolderNetwork, "", "folder", dir)
	}
	if by := syncedBy(real); by != "" {
		return crm.NewError(CodeFolderSynced, "", "folder", dir, "by", by)
	}
	return nil
}

// syncedNames are folders that cloud programs make, in lower case; a name
// ending in * stands for what begins so ("OneDrive - Loja Centro").
var syncedNames = []struct{ name, by string }{
	{"onedrive", "OneDrive"}, {"onedrive - *", "OneDrive"}, {"skydrive", "OneDrive"},
	{"dropbox", "Dropbox"}, {"dropbox (*", "Dropbox"},
	{"google drive", "Google Drive"}, {"googledrive", "Google Drive"}, {"googledrive-*", "Google Drive"},
	{"my drive", "Google Drive"}, {"meu drive", "Google Drive"}, {"mi unidad", "Google Drive"}, {"drivefs", "Google Drive"},
	{"icloud drive", "iCloud"}, {"iclouddrive", "iCloud"}, {"com~apple~clouddocs", "iCloud"},
	{"nextcloud", "Nextcloud"}, {"owncloud", "ownCloud"}, {"pclouddrive", "pCloud"}, {"box sync", "Box"},
}

// syncedMarks are files that cloud programs leave in the folders they sync.
var syncedMarks = []struct{ name, by string }{
	{".dropbox", "Dropbox"}, {".dropbox.cache", "Dropbox"}, {".nextcloudsync.log", "Nextcloud"}, {".owncloudsync.log", "ownCloud"},
	{".stfolder", "Syncthing"}, {".tmp.drivedownload", "Google Drive"}, {".tmp.driveupload", "Google Drive"}, {".849c9593-d756-4e56-8d6e-42412f2a707b", "OneDrive"},
}

// syncedBy names the cloud program in whose folder dir lies, "" when none.
func syncedBy(dir string) string {
	for _, name := range []string{"OneDrive", "OneDriveConsumer", "OneDriveCommercial"} {
		if root := os.Getenv(name); root != "" && within(root, dir) {
			return "OneDrive"
		}
	}
	for {
		base := strings.ToLower(filepath.Base(dir))
		for _, s := range syncedNames {
			if start, open := strings.CutSuffix(s.name, "*"); base == s.name || open && strings.HasPrefix(base, start) {
				return s.by
			}
		}
		for _, m := range syncedMarks {
			if _, err := os.Lstat(filepath.Join(dir, m.name)); err == nil {
				return m.by
			}
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// within says whether dir is root or lies under it.
func within(root, dir string) bool {
	rel, err := filepath.Rel(filepath.Clean(root), dir)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) && !filepath.IsAbs(rel)
}

// remoteTypes are file systems of other machines, as the kernel names them;
// behind FUSE the name stands after "fuse.".
var remoteTypes = []string{
	"nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "ncpfs", "afs", "coda", "9p", "ceph", "glusterfs", "gfs", "gfs2", "ocfs2", "lustre", "beegfs",
	"sshfs", "rclone", "s3fs", "goofys", "gcsfuse", "davfs", "davfs2", "curlftpfs", "smbnetfs", "google-drive-ocamlfuse", "gvfsd-fuse", "onedriver",
	"juicefs", "mfs", "afpfs", "webdav", "blobfuse", "blobfuse2",
}

func remoteType(name string) bool {
	return slices.Contains(remoteTypes, strings.TrimPrefix(strings.ToLower(name), "fuse."))
}
