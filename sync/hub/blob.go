package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"patio/sync/hub/blobs"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// BlobLimits bound what files devices bring.
type BlobLimits struct {
	Size     int64         // bytes of one
	Spare    int64         // bytes of a workspace's that no living record names, those on their way by their whole size
	Parts    int           // that a device has on their way; a further one takes the place of its oldest
	PartsFor time.Duration // how long one on its way is kept since its last part came
	SpareFor time.Duration // how long one that no living record names is kept

	Reserve int64                 // bytes of the disk that are not for files: records go before pictures
	Free    func() (int64, error) // what it has left; nil: nobody asks
}

// DefaultBlobLimits are those of a hub that is told none.
func DefaultBlobLimits() BlobLimits {
	return BlobLimits{Size: protocol.MaxBlob, Spare: 2 << 30, Parts: 16, PartsFor: 7 * 24 * time.Hour, SpareFor: 30 * 24 * time.Hour, Reserve: 256 << 20}
}

// KeepBlobs names where files lie, before anything is served. Without a folder
// a hub has no files and takes none.
func (h *Hub) KeepBlobs(f *blobs.Folder, l BlobLimits) { h.blobs, h.limits = f, l }

// BlobAsk says who asks for which blob.
type BlobAsk struct {
	Workspace record.ID
	Replica   vv.Replica
	Key       []byte // the device's secret
	Blob      protocol.BlobID
}

// device answers who asks. Errors: sync.unknown_device, sync.revoked, sync.retired.
func (a *BlobAsk) device(v View) (*Device, error) {
	return vouch(v, protocol.Who{Protocol: protocol.Newest, Workspace: a.Workspace, Replica: a.Replica}, a.Key)
}

// part is what a device brings of a blob.
func (a *BlobAsk) part(d *Device, size int64) blobs.Part {
	return blobs.Part{Workspace: a.Workspace, Blob: a.Blob, Owner: d.Key, Size: size}
}

// BlobState answers how much of a blob of some size the hub has of who asks:
// all, if the device may have it or brought it. What others bring it isn't told.
func (h *Hub) BlobState(ctx context.Context, ask BlobAsk, size int64) (*protocol.Blob, error) {
	if h.blobs == nil {
		return nil, protocol.Refuse(protocol.CodeBlobUnknown, nil)
	}
	var d *Device
	may := false
	err := h.store.Read(ctx, ask.Workspace, func(v View) (err error) {
		if d, err = ask.device(v); err == nil {
			may, err = mayHave(v, d, ask.Blob)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if may {
		if _, there, err := h.blobs.Size(ask.Workspace, ask.Blob); err != nil || there {
			return &protocol.Blob{Have: size, Whole: true}, err
		}
	}
	have, err := h.blobs.Have(ask.part(d, size))
	return &protocol.Blob{Have: have}, err
}

// mayHave says whether a device may have a blob: it brought it, or it sees a
// record that names it. That a record does counts once its writer is known to
// have had it: who only knows what a file is called doesn't get it by that.
func mayHave(v View, d *Device, id protocol.BlobID) (bool, error) {
	rows, err := v.Blobs([]protocol.BlobID{id})
	if err != nil {
		return false, err
	}
	row, there := rows[id]
	if !there || slices.Contains(row.Puts, d.Key) {
		return there, nil
	}
	naming, err := v.Naming([]protocol.BlobID{id})
	if err != nil {
		return false, err
	}
	var ids []record.ID
	for _, n := range naming[id] {
		if n.Word == ([32]byte{}) {
			ids = append(ids, n.Record)
		}
	}
	records, err := v.Records(ids)
	if err != nil {
		return false, err
	}
	for _, r := range records {
		if d.Sees(r.Scopes...) {
			return true, nil
		}
	}
	return false, nil
}

// PutBlob takes in a part of a blob and answers how much of it there is: the
// device goes on there. What goes on elsewhere changes nothing. Errors:
// sync.blob_too_large, sync.blob_room, sync.blob_damaged, those of a request.
func (h *Hub) PutBlob(ctx context.Context, ask BlobAsk, at protocol.Span, b []byte) (*protocol.Blob, error) {
	switch {
	case h.blobs == nil:
		return nil, protocol.Refuse(protocol.CodeBlobRoom, errors.New("no folder"))
	case at.Size > h.limits.Size:
		return nil, protocol.Refuse(protocol.CodeBlobTooLarge, nil)
	case int64(len(b)) > at.To-at.From:
		return nil, protocol.Refuse(protocol.CodeMalformed, errors.New("more bytes than it says"))
	}
	defer h.blobs.Hold(ask.Blob)()
	var d *Device
	var loose int64
	may := false
	err := h.store.Read(ctx, ask.Workspace, func(v View) (err error) {
		if d, err = ask.device(v); err != nil {
			return err
		}
		if may, err = mayHave(v, d, ask.Blob); err != nil {
			return err
		}
		_, loose, err = v.BlobBytes()
		return err
	})
	if err != nil {
		return nil, err
	}
	if may {
		if size, there, err := h.blobs.Size(ask.Workspace, ask.Blob); err != nil || there && size == at.Size {
			return &protocol.Blob{Have: at.Size, Whole: true}, err
		}
	}
	part := ask.part(d, at.Size)
	if err := h.room(part, loose); err != nil {
		return nil, err
	}
	have, err := h.blobs.Append(part, at.From, b)
	if err != nil {
		return nil, ofBlob(err)
	}
	if have < at.Size {
		return &protocol.Blob{Have: have}, nil
	}
	if err := h.blobs.Check(part); err != nil {
		return nil, ofBlob(err)
	}
	return &protocol.Blob{Have: have, Whole: true}, ofBlob(h.brought(ctx, ask, part))
}

// room refuses a new part when the disk has no more for files, or too much lies
// here that no record names, and lets a device's oldest part go when it has too
// many.
func (h *Hub) room(part blobs.Part, loose int64) error {
	parts, err := h.blobs.Parts(part.Workspace)
	if err != nil {
		return err
	}
	taken := loose
	var own []blobs.Unfinished
	for _, u := range parts {
		switch mine := u.By(part.Owner); {
		case mine && u.Blob == part.Blob && u.Size == part.Size:
			return nil // it was let in before
		case mine:
			own = append(own, u)
		}
		taken += u.Size
	}
	if len(own) >= h.limits.Parts {
		oldest := slices.MinFunc(own, func(a, b blobs.Unfinished) int { return a.At.Compare(b.At) })
		taken -= oldest.Size
		if err := h.blobs.Forget(oldest.Part); err != nil {
			return err
		}
	}
	if taken+part.Size > h.limits.Spare {
		return protocol.Refuse(protocol.CodeBlobRoom, fmt.Errorf("%d bytes that no record names", taken))
	}
	if h.limits.Free == nil {
		return nil
	}
	free, err := h.limits.Free()
	if err == nil && free-part.Size < h.limits.Reserve {
		err = protocol.Refuse(protocol.CodeBlobRoom, fmt.Errorf("%d bytes are free", free))
	}
	return err
}

// brought puts a part that is whole among the blobs. Whoever brought it had it:
// its word is good from now on.
func (h *Hub) brought(ctx context.Context, ask BlobAsk, part blobs.Part) error {
	return h.store.Write(ctx, ask.Workspace, func(tx Tx) error {
		d, err := ask.device(tx)
		if err != nil {
			return err
		}
		rows, err := tx.Blobs([]protocol.BlobID{ask.Blob})
		if err != nil {
			return err
		}
		row := rows[ask.Blob]
		row.ID, row.Size, row.Loose = ask.Blob, part.Size, 0
		if !slices.Contains(row.Puts, d.Key) {
			row.Puts = append(row.Puts, d.Key)
		}
		if err := h.blobs.Finish(part); err != nil {
			return err
		}
		return errors.Join(tx.PutBlobs([]Blob{row}), keepWord(tx, ask.Blob, d.Key), h.loosen(tx, []protocol.BlobID{ask.Blob}))
	})
}

// keepWord makes a device's word on a blob good.
func keepWord(tx Tx, id protocol.BlobID, key [32]byte) error {
	naming, err := tx.Naming([]protocol.BlobID{id})
	if err != nil {
		return err
	}
	var ids []record.ID
	for _, n := range naming[id] {
		if n.Word == key {
			ids = append(ids, n.Record)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	named, err := tx.Named(ids)
	if err != nil {
		return err
	}
	list := make([]Names, len(ids))
	for i, of := range ids {
		for j := range named[of] {
			if n := &named[of][j]; n.Blob == id {
				n.Word = [32]byte{}
			}
		}
		list[i] = Names{Record: of, Blobs: named[of]}
	}
	return tx.Name(list)
}

// loosen says anew of blobs since when no living record names them.
func (h *Hub) loosen(tx Tx, ids []protocol.BlobID) error {
	head, err := tx.Head()
	if err != nil {
		return err
	}
	return newBatch(h, tx, nil, &head).loosen(ids, nil)
}

// Blob answers bytes of a blob and what they are of it: at most BlobPart, and
// fewer at its end. Errors: sync.blob_unknown, sync.malformed of a part beyond
// its end, those of a request.
func (h *Hub) Blob(ctx context.Context, ask BlobAsk, want protocol.Span) (b []byte, at protocol.Span, err error) {
	unknown := protocol.Refuse(protocol.CodeBlobUnknown, nil)
	if h.blobs == nil {
		return nil, at, unknown
	}
	err = h.store.Read(ctx, ask.Workspace, func(v View) error {
		d, err := ask.device(v)
		if err != nil {
			return err
		}
		if may, err := mayHave(v, d, ask.Blob); err != nil || !may {
			return errors.Join(err, unknown)
		}
		return nil
	})
	if err != nil {
		return nil, at, err
	}
	b, size, err := h.blobs.Read(ask.Workspace, ask.Blob, want.From, min(want.To-want.From, protocol.BlobPart))
	switch {
	case errors.Is(err, fs.ErrNotExist): // the disk lost it, or a restore brought back its record only
		return nil, at, unknown
	case errors.Is(err, io.EOF):
		return nil, at, protocol.Refuse(protocol.CodeMalformed, err)
	}
	return b, protocol.Span{From: want.From, To: want.From + int64(len(b)), Size: size}, err
}

// ofBlob turns a folder's error into a refusal.
func ofBlob(err error) error {
	switch {
	case errors.Is(err, blobs.ErrDamaged):
		return protocol.Refuse(protocol.CodeBlobDamaged, err)
	case errors.Is(err, blobs.ErrFull):
		return protocol.Refuse(protocol.CodeBlobRoom, err)
	}
	return err
}
