package hub

import (
	"fmt"
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// name notes what the changed records name, and since when nobody names a blob.
func (b *batch) name() error {
	var ids []record.ID
	var touched, erased []protocol.BlobID
	for _, id := range b.order {
		k := b.looked[id]
		if !slices.Equal(k.had, k.blobs) {
			ids = append(ids, id)
			touched = append(touched, k.had...)
		}
		if len(ids) > 0 && ids[len(ids)-1] == id || k.wasDead != k.state.Dead() {
			touched = append(touched, k.blobs...)
		}
	}
	for _, id := range b.gone {
		if k := b.looked[id]; k != nil {
			erased = append(erased, k.had...)
		}
	}
	if len(touched)+len(erased) == 0 {
		return nil
	}
	if err := b.say(ids); err != nil {
		return err
	}
	return b.loosen(sortedBlobs(append(touched, erased...)), erased)
}

// say writes what records name. Of a blob that a record didn't name before it is
// the writer's word, which is good at once if the writer may have the blob, and
// else once the writer brings it. The hub's own is good, and so is that of a
// device that brings back what a restored hub lost: nobody can judge it.
func (b *batch) say(ids []record.ID) error {
	if len(ids) == 0 {
		return nil
	}
	before, err := b.tx.Named(ids)
	if err != nil {
		return err
	}
	list := make([]Names, len(ids))
	for i, id := range ids {
		list[i].Record = id
		for _, blob := range b.looked[id].blobs {
			name := Name{Blob: blob}
			if j := slices.IndexFunc(before[id], func(n Name) bool { return n.Blob == blob }); j >= 0 {
				name.Word = before[id][j].Word
			} else if b.d != nil && !b.d.Uploads {
				may, err := mayHave(b.tx, b.d, blob)
				if err != nil {
					return err
				}
				if !may {
					name.Word = b.d.Key
				}
			}
			list[i].Blobs = append(list[i].Blobs, name)
		}
	}
	return b.tx.Name(list)
}

// loosen says of blobs since when no living record names them. One of which the
// last record was erased is to go at once, and what is on its way of it, too.
func (b *batch) loosen(touched, erased []protocol.BlobID) error {
	rows, err := b.tx.Blobs(touched)
	if err != nil {
		return err
	}
	naming, err := b.tx.Naming(touched)
	if err != nil {
		return err
	}
	var changed []Blob
	for _, id := range touched {
		last := len(naming[id]) == 0 && slices.Contains(erased, id)
		if last {
			b.due = append(b.due, id)
		}
		row, there := rows[id]
		if !there {
			continue
		}
		was, since := row.Loose, row.Loose
		living, err := b.living(naming[id])
		switch {
		case err != nil:
			return err
		case living:
			since = 0
		case last:
			since, row.Puts = erasedAt, nil
		case since == 0:
			since = b.h.now().UnixMilli()
		}
		if row.Loose = since; since != was {
			changed = append(changed, row)
		}
	}
	return b.tx.PutBlobs(changed)
}

// living says whether one of the records lives. They may be a great many: of a
// picture that all of them show the first that lives tells.
func (b *batch) living(naming []Naming) (bool, error) {
	for some := range slices.Chunk(naming, 50) {
		ids := make([]record.ID, len(some))
		for i, n := range some {
			ids[i] = n.Record
		}
		if err := b.look(ids); err != nil {
			return false, fmt.Errorf("who names a blob: %w", err)
		}
		for _, id := range ids {
			if k := b.looked[id]; k != nil && !b.erased[id] && !k.state.Dead() {
				return true, nil
			}
		}
	}
	return false, nil
}
