package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"patio/backend/crm"
)

// The bytes of attachments lie beside the database, each file under the SHA-256
// of its bytes: files/ab/cdef…. A name is never given to other bytes, so a file
// is whole or it isn't there, and a copy of the folder is a good copy.

const (
	filesFolder   = "files"
	damagedSuffix = ".damaged" // a file whose bytes changed, kept: most of a photo is a photo
)

// File is one that was kept.
type File struct {
	Hash string
	Size int64 // bytes
}

// filePath is where a file lies in a folder of files. Hashes come from other
// devices, too: what is none names no file.
func filePath(dir, hash string) (string, error) {
	if b, err := hex.DecodeString(hash); err != nil || len(b) != sha256.Size || hex.EncodeToString(b) != hash {
		return "", crm.NewError(crm.CodeAttachmentMissing, "").Because(fmt.Errorf("%q is no hash", hash))
	}
	return filepath.Join(dir, filesFolder, hash[:2], hash[2:]), nil
}

// KeepFile copies what in holds, size bytes of it as far as its giver knows, and
// then calls use, which writes the record that names it. No file goes meanwhile.
// Errors: attachment.too_large beyond limit bytes, required when it is empty,
// disk_full, read_only, those of in and of use.
func (s *Store) KeepFile(ctx context.Context, in io.Reader, size, limit int64, use func(File) error) error {
	if size > limit {
		return tooLarge(limit)
	}
	if err := s.Room(size); err != nil {
		return err
	}
	s.filing.RLock()
	defer s.filing.RUnlock()
	dir := filepath.Join(s.dir, filesFolder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return makeFailure(dir, err)
	}
	part, err := os.CreateTemp(dir, "*"+partSuffix)
	if err != nil {
		return folderFailure(dir, err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(onDisk{dir, part}, sum), io.LimitReader(in, limit+1))
	if err == nil {
		err = onDisk{dir, part}.failure(part.Sync())
	}
	err = errors.Join(err, part.Close())
	switch {
	case err != nil:
	case n > limit:
		err = tooLarge(limit)
	case n == 0:
		err = crm.NewError(crm.CodeRequired, "file")
	default:
		if err = ctx.Err(); err != nil {
			err = crm.NewError(crm.CodeCancelled, "").Because(err)
		}
	}
	kept := File{hex.EncodeToString(sum.Sum(nil)), n}
	if err == nil {
		err = s.placeFile(part.Name(), kept.Hash)
	}
	if err != nil {
		_ = os.Remove(part.Name())
		return err
	}
	return use(kept)
}

func tooLarge(limit int64) error {
	return crm.NewError(crm.CodeAttachmentTooLarge, "file", "max", strconv.FormatInt(limit>>20, 10))
}

// onDisk tells a failure to write from one to read.
type onDisk struct {
	dir  string
	file *os.File
}

func (d onDisk) Write(b []byte) (int, error) {
	n, err := d.file.Write(b)
	return n, d.failure(err)
}

func (d onDisk) failure(err error) error {
	if err == nil {
		return nil
	}
	return folderFailure(d.dir, err)
}

// placeFile moves a file that was written and synced to where its hash belongs,
// for good. A sound one that is there already stays.
func (s *Store) placeFile(from, hash string) error {
	path, err := filePath(s.dir, hash)
	if err != nil {
		return err
	}
	if err := s.makeFileFolder(path); err != nil {
		return err
	}
	if sound, err := hasHash(path, hash); err == nil && sound {
		return os.Remove(from)
	}
	if err := os.Rename(from, path); err != nil {
		return folderFailure(s.dir, err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return folderFailure(s.dir, err)
	}
	return nil
}

// makeFileFolder makes the folder in which a file is to lie, for good.
func (s *Store) makeFileFolder(path string) error {
	dir := filepath.Dir(path)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return makeFailure(dir, err)
	}
	if err := errors.Join(syncFolder(filepath.Dir(dir)), syncFolder(s.dir)); err != nil {
		return folderFailure(dir, err)
	}
	return nil
}

// hasHash reads a file and says whether its bytes are what its name says.
func hasHash(path, hash string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	return sameHash(f, hash)
}

func sameHash(f io.Reader, hash string) (bool, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) == hash, nil
}

// OpenFile opens a file to read once its bytes were held against its hash. One
// whose bytes changed is put aside, so that it can come anew. Errors:
// attachment.missing, attachment.damaged.
func (s *Store) OpenFile(hash string) (*os.File, error) {
	path, err := filePath(s.dir, hash)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, crm.NewError(crm.CodeAttachmentMissing, "").Because(err)
	}
	if err != nil {
		return nil, folderFailure(s.dir, err)
	}
	sound, err := sameHash(f, hash)
	if err == nil && sound {
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			return f, nil
		}
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		s.log.Warn().Str("file", hash).Msg("a file's bytes are others than they were: put aside")
		err = os.Rename(path, path+damagedSuffix)
		// Who syncs fetches it again.
		s.events.publish(crm.Change{Label: "sync", Kinds: []string{s.tables[crm.KindAttachment].name}}, false)
	}
	return nil, crm.NewError(crm.CodeAttachmentDamaged, "").Because(err)
}

// HasFile says whether a file is here, without reading it.
func (s *Store) HasFile(hash string) bool {
	path, err := filePath(s.dir, hash)
	if err != nil {
		return false
	}
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular() && st.Size() > 0
}

// Attachments answers what is attached to a lead, the latest first.
func (s *Store) Attachments(ctx context.Context, leadID string) ([]crm.Attachment, error) {
	list := []crm.Attachment{}
	err := s.each(ctx, s.tables[crm.KindAttachment], "lead_id=? AND deleted=0 ORDER BY created_at DESC, id DESC", func(v any) {
		list = append(list, *v.(*crm.Attachment))
	}, blob(leadID))
	return list, s.fail("read attachments", err)
}

// viewingFolder holds copies that bear their name, for the system's viewers.
// They go at the next start, and with a purge.
const viewingFolder = "viewing"

// CopyFile writes a file under a name into a folder of its own, where the
// system's viewer may have it and change nothing of ours. Errors as OpenFile's;
// disk_full.
func (s *Store) CopyFile(hash, name string) (path string, err error) {
	in, err := s.OpenFile(hash)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	all := filepath.Join(s.dir, viewingFolder)
	if err := os.MkdirAll(all, 0o700); err != nil {
		return "", makeFailure(all, err)
	}
	dir, err := os.MkdirTemp(all, "")
	if err != nil {
		return "", folderFailure(all, err)
	}
	path = filepath.Join(dir, filepath.Base(name))
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", folderFailure(dir, err)
	}
	if _, err = io.Copy(onDisk{dir, out}, in); err != nil {
		return "", errors.Join(err, out.Close(), os.RemoveAll(dir))
	}
	return path, out.Close()
}
