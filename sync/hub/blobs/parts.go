package blobs

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Part is a blob on its way: what came of it lies in a file of its own for each
// that brings it, so that nobody spoils what another brings.
type Part struct {
	Workspace record.ID
	Blob      protocol.BlobID
	Owner     [32]byte // who brings it
	Size      int64    // of the whole
}

// Unfinished is a Part as it lies there.
type Unfinished struct {
	Part
	Have int64     // bytes so far; of the Part's Owner the first half only is known
	At   time.Time // when some came last
}

// ownerShown is how many bytes of an owner stand in a file's name.
const ownerShown = 16

// By says whether an owner brings it.
func (u *Unfinished) By(owner [32]byte) bool {
	return [ownerShown]byte(u.Owner[:ownerShown]) == [ownerShown]byte(owner[:ownerShown])
}

func (f *Folder) part(p Part) string {
	name := fmt.Sprintf("%s.%x.%d", p.Blob, p.Owner[:ownerShown], p.Size)
	return filepath.Join(f.workspace(p.Workspace), partsName, name)
}

// Hold keeps a blob's parts to one who brings it, until release: a device whose
// line broke may be here twice. Whoever appends, checks or finishes holds it.
func (f *Folder) Hold(id protocol.BlobID) (release func()) {
	l := &f.locks[int(id[0])%len(f.locks)]
	l.Lock()
	return l.Unlock
}

// Have answers how many bytes of a part there are.
func (f *Folder) Have(p Part) (int64, error) {
	st, err := os.Stat(f.part(p))
	if err != nil {
		return 0, gone(err)
	}
	return st.Size(), nil
}

// Append adds bytes that stand at an offset of the blob, and answers how many
// there are then; they are on the disk. Bytes that don't go on where the part
// ends change nothing; those that it has already are left out. Errors: ErrFull.
func (f *Folder) Append(p Part, from int64, b []byte) (have int64, err error) {
	path := f.part(p)
	if have, err = f.Have(p); err != nil || from > have || from+int64(len(b)) <= have {
		return have, err
	}
	if err := makeFolder(filepath.Dir(path)); err != nil {
		return have, full(err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return have, full(err)
	}
	n, err := file.WriteAt(b[have-from:], have)
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		// What the disk did not take for sure doesn't count.
		return have, errors.Join(full(err), file.Truncate(have), file.Close())
	}
	return have + int64(n), file.Close()
}

// Check reads a part that is whole. One that is not what its name says is
// forgotten. Errors: ErrDamaged.
func (f *Folder) Check(p Part) error {
	err := verify(f.part(p), p.Blob)
	if errors.Is(err, ErrDamaged) {
		return errors.Join(err, f.Forget(p))
	}
	return err
}

// Finish moves a part that was checked to where blobs lie. Somebody else may
// have brought it before.
func (f *Folder) Finish(p Part) error {
	if size, there, err := f.Size(p.Workspace, p.Blob); err != nil || there && size == p.Size {
		return errors.Join(err, f.Forget(p))
	}
	return full(place(f.part(p), f.path(p.Workspace, p.Blob)))
}

// Forget removes a part.
func (f *Folder) Forget(p Part) error { return gone(os.Remove(f.part(p))) }

// Parts answers what is on its way in a workspace.
func (f *Folder) Parts(ws record.ID) (out []Unfinished, err error) {
	files, err := os.ReadDir(filepath.Join(f.workspace(ws), partsName))
	if err != nil {
		return nil, gone(err)
	}
	for _, file := range files {
		st, err := file.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // finished meanwhile
		}
		if err != nil {
			return nil, err
		}
		if p, ok := readPart(file.Name()); ok {
			p.Workspace = ws
			out = append(out, Unfinished{Part: p, Have: st.Size(), At: st.ModTime()})
		}
	}
	return out, nil
}

func readPart(name string) (p Part, ok bool) {
	words := strings.Split(name, ".")
	if len(words) != 3 {
		return p, false
	}
	id, err1 := protocol.ReadBlobID(words[0])
	owner, err2 := hex.DecodeString(words[1])
	size, err3 := strconv.ParseInt(words[2], 10, 64)
	copy(p.Owner[:], owner)
	p.Blob, p.Size = id, size
	return p, errors.Join(err1, err2, err3) == nil && len(owner) == ownerShown
}
