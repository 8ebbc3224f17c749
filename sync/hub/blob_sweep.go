package hub

import (
	"context"
	"errors"
	"slices"

	"patio/sync/hub/blobs"
	"patio/sync/protocol"
	"patio/sync/record"
)

// sweepAtOnce is how many blobs go in one transaction.
const sweepAtOnce = 100

// SweepBlobs removes those of a workspace's blobs that no living record has
// named for a while, and what was left on its way.
func (h *Hub) SweepBlobs(ctx context.Context, workspace record.ID) error {
	if h.blobs == nil {
		return nil
	}
	parts, err := h.blobs.Parts(workspace)
	for i := range parts {
		if h.now().Sub(parts[i].At) > h.limits.PartsFor {
			err = errors.Join(err, h.blobs.Forget(parts[i].Part))
		}
	}
	return errors.Join(err, h.sweepLoose(ctx, workspace))
}

// sweepLoose removes files before the commit that forgets them: a hub that dies
// in between finds them again to remove, and not a file that it knows nothing of.
func (h *Hub) sweepLoose(ctx context.Context, workspace record.ID) error {
	until := h.now().Add(-h.limits.SpareFor).UnixMilli()
	var due []Blob
	for {
		err := h.store.Read(ctx, workspace, func(v View) (err error) { due, err = v.Loose(until, sweepAtOnce); return err })
		if err != nil || len(due) == 0 {
			return err
		}
		err = h.store.Write(ctx, workspace, func(tx Tx) error {
			due, err := tx.Loose(until, sweepAtOnce)
			if err != nil {
				return err
			}
			ids := make([]protocol.BlobID, len(due))
			for i := range due {
				ids[i] = due[i].ID
				if err := h.blobs.Remove(workspace, ids[i]); err != nil {
					return err
				}
			}
			return tx.DropBlobs(ids)
		})
		if err != nil {
			return err
		}
	}
}

// swept removes the blobs of erased records at once. That was asked for and is
// done: what fails here the next sweep does.
func (h *Hub) swept(ctx context.Context, workspace record.ID, due []protocol.BlobID) {
	if len(due) == 0 || h.blobs == nil {
		return
	}
	parts, _ := h.blobs.Parts(workspace)
	for i := range parts {
		if slices.Contains(due, parts[i].Blob) {
			_ = h.blobs.Forget(parts[i].Part)
		}
	}
	_ = h.sweepLoose(context.WithoutCancel(ctx), workspace)
}

// adoptAtOnce is how many files are looked up at once.
const adoptAtOnce = 500

// AdoptBlobs takes in the files of a workspace that its store knows nothing of:
// a process was killed, or a backup restored that is older than they are. What
// records come to name them, and nobody else, may have them.
func (h *Hub) AdoptBlobs(ctx context.Context, workspace record.ID) error {
	if h.blobs == nil {
		return nil
	}
	var some []Blob
	err := h.blobs.All(workspace, func(id protocol.BlobID, size int64) error {
		if some = append(some, Blob{ID: id, Size: size}); len(some) < adoptAtOnce {
			return nil
		}
		defer func() { some = nil }()
		return h.adopt(ctx, workspace, some)
	})
	return errors.Join(err, h.adopt(ctx, workspace, some))
}

func (h *Hub) adopt(ctx context.Context, workspace record.ID, files []Blob) error {
	ids := make([]protocol.BlobID, len(files))
	for i := range files {
		ids[i] = files[i].ID
	}
	var strays []Blob
	err := h.store.Read(ctx, workspace, func(v View) error {
		rows, err := v.Blobs(ids)
		for _, f := range files {
			if _, there := rows[f.ID]; !there {
				f.Loose = h.now().UnixMilli()
				strays = append(strays, f)
			}
		}
		return err
	})
	if err != nil || len(strays) == 0 {
		return err
	}
	var good []Blob
	for _, f := range strays {
		switch err := h.blobs.Verify(workspace, f.ID); {
		case errors.Is(err, blobs.ErrDamaged):
			err = h.blobs.Remove(workspace, f.ID)
			if err != nil {
				return err
			}
		case err != nil:
			return err
		default:
			good = append(good, f)
		}
	}
	return h.store.Write(ctx, workspace, func(tx Tx) error {
		rows, err := tx.Blobs(ids)
		if err != nil {
			return err
		}
		var list []Blob
		var adopted []protocol.BlobID
		for _, f := range good {
			if _, there := rows[f.ID]; !there { // nobody brought it meanwhile
				list, adopted = append(list, f), append(adopted, f.ID)
			}
		}
		return errors.Join(tx.PutBlobs(list), h.loosen(tx, adopted))
	})
}
