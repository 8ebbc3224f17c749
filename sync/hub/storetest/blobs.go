package storetest

import (
	"errors"
	"slices"

	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

func blobID(b byte) protocol.BlobID { return protocol.BlobID{0: b, 31: b} }

func blobIDs(list ...byte) (out []protocol.BlobID) {
	for _, b := range list {
		out = append(out, blobID(b))
	}
	return out
}

func blobs(k *kept) {
	putter, other := [32]byte{1, 31: 2}, [32]byte{3}
	a := hub.Blob{ID: blobID(1), Size: 1 << 40, Puts: [][32]byte{putter, other}}
	b := hub.Blob{ID: blobID(2), Size: 20, Loose: 700}
	c := hub.Blob{ID: blobID(3), Size: 3, Loose: 1}
	k.write(func(tx hub.Tx) error {
		return errors.Join(tx.PutBlobs([]hub.Blob{{ID: a.ID, Size: 9, Loose: 9}, b}), tx.PutBlobs([]hub.Blob{a, c}), tx.PutBlobs(nil), tx.DropBlobs(nil))
	})
	k.read(func(v hub.View) error {
		found, err1 := v.Blobs(blobIDs(1, 3, 9))
		k.same("by id", found, map[protocol.BlobID]hub.Blob{a.ID: a, c.ID: c})
		none, err2 := v.Blobs(nil)
		if len(none) > 0 {
			k.t.Errorf("of no ids: %v", none)
		}
		var err error
		for _, want := range []struct {
			until int64
			limit int
			list  []hub.Blob
		}{{0, 10, nil}, {1, 10, []hub.Blob{c}}, {699, 10, []hub.Blob{c}}, {700, 10, []hub.Blob{c, b}}, {1 << 60, 1, []hub.Blob{c}}} {
			list, failed := v.Loose(want.until, want.limit)
			err = errors.Join(err, failed)
			k.same("loose", list, want.list)
		}
		all, loose, err3 := v.BlobBytes()
		if all != 1<<40+23 || loose != 23 {
			k.t.Errorf("%d bytes, %d loose", all, loose)
		}
		return errors.Join(err, err1, err2, err3)
	})
	k.write(func(tx hub.Tx) error { return tx.DropBlobs(blobIDs(1, 2, 9)) })
	k.read(func(v hub.View) error {
		found, err := v.Blobs(blobIDs(1, 2, 3))
		k.same("what was left", found, map[protocol.BlobID]hub.Blob{c.ID: c})
		return err
	})
	wanted := errors.New("wanted")
	if err := k.s.Write(k.t.Context(), ws, func(tx hub.Tx) error {
		return errors.Join(tx.PutBlobs([]hub.Blob{a}), tx.DropBlobs(blobIDs(3)), tx.Name([]hub.Names{{Record: id(1), Blobs: []hub.Name{{Blob: a.ID}}}}), wanted)
	}); !errors.Is(err, wanted) {
		k.t.Error(err)
	}
	k.read(func(v hub.View) error {
		found, err1 := v.Blobs(blobIDs(1, 3))
		k.same("after a failure", found, map[protocol.BlobID]hub.Blob{c.ID: c})
		named, err2 := v.Named(scopesOf(1))
		k.same("named after a failure", named, map[record.ID][]hub.Name{})
		return errors.Join(err1, err2)
	})
}

func names(k *kept) {
	word := [32]byte{7, 31: 7}
	n := func(b byte, word [32]byte) hub.Name { return hub.Name{Blob: blobID(b), Word: word} }
	says := func(b byte, word [32]byte) hub.Naming { return hub.Naming{Record: id(b), Word: word} }
	look := func(what string, named map[record.ID][]hub.Name, naming map[protocol.BlobID][]hub.Naming) {
		k.read(func(v hub.View) error {
			gotNamed, err1 := v.Named(scopesOf(1, 2, 3, 9))
			for _, list := range gotNamed {
				slices.SortFunc(list, func(a, b hub.Name) int { return slices.Compare(a.Blob[:], b.Blob[:]) })
			}
			k.same(what+", by record", gotNamed, named)
			gotNaming, err2 := v.Naming(blobIDs(1, 2, 3, 9))
			for _, list := range gotNaming {
				slices.SortFunc(list, func(a, b hub.Naming) int { return slices.Compare(a.Record[:], b.Record[:]) })
			}
			k.same(what+", by blob", gotNaming, naming)
			return errors.Join(err1, err2)
		})
	}
	none := [32]byte{}
	k.write(func(tx hub.Tx) error {
		return errors.Join(
			tx.PutRecords([]protocol.Row{row(1, 1, id(100)), row(2, 2, id(100))}),
			tx.Name([]hub.Names{{Record: id(1), Blobs: []hub.Name{n(1, none), n(2, word)}}, {Record: id(2), Blobs: []hub.Name{n(1, word)}}}),
			tx.Name(nil))
	})
	look("at first", map[record.ID][]hub.Name{id(1): {n(1, none), n(2, word)}, id(2): {n(1, word)}},
		map[protocol.BlobID][]hub.Naming{blobID(1): {says(1, none), says(2, word)}, blobID(2): {says(1, word)}})
	k.write(func(tx hub.Tx) error {
		return tx.Name([]hub.Names{{Record: id(1), Blobs: []hub.Name{n(3, none), n(2, none)}}, {Record: id(3)}})
	})
	look("anew", map[record.ID][]hub.Name{id(1): {n(2, none), n(3, none)}, id(2): {n(1, word)}},
		map[protocol.BlobID][]hub.Naming{blobID(1): {says(2, word)}, blobID(2): {says(1, none)}, blobID(3): {says(1, none)}})
	k.write(func(tx hub.Tx) error { return tx.Erase(scopesOf(1), 9) })
	look("after an erasure", map[record.ID][]hub.Name{id(2): {n(1, word)}}, map[protocol.BlobID][]hub.Naming{blobID(1): {says(2, word)}})
	k.make(id(200), hub.Head{Epoch: id(1)})
	k.write(func(tx hub.Tx) error { return tx.PutBlobs([]hub.Blob{{ID: blobID(1), Size: 5, Loose: 1}}) })
	if err := k.s.Read(k.t.Context(), id(200), func(v hub.View) error {
		named, err1 := v.Named(scopesOf(2))
		naming, err2 := v.Naming(blobIDs(1))
		found, err3 := v.Blobs(blobIDs(1))
		loose, err4 := v.Loose(1<<60, 10)
		all, _, err5 := v.BlobBytes()
		if len(named)+len(naming)+len(found)+len(loose) > 0 || all != 0 {
			k.t.Error("another workspace sees it")
		}
		return errors.Join(err1, err2, err3, err4, err5)
	}); err != nil {
		k.t.Fatal(err)
	}
}
