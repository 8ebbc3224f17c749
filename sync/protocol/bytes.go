package protocol

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fxamacker/cbor/v2"
	"github.com/klauspost/compress/zstd"

	"patio/sync/record"
)

var (
	encMode = must(cbor.CoreDetEncOptions().EncMode())
	decMode = must(cbor.DecOptions{
		MaxArrayElements: 1 << 16, MaxNestedLevels: 8, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		DupMapKey: cbor.DupMapKeyEnforcedAPF, UTF8: cbor.UTF8RejectInvalid,
	}.DecMode())
	packer   = must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault)))
	unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(MaxMessage)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // options are constants
	}
	return v
}

// Encode writes a message.
func Encode(message any) ([]byte, error) {
	plain, err := encMode.Marshal(message)
	if err != nil {
		return nil, err
	}
	return packer.EncodeAll(plain, nil), nil
}

// Decode reads a message into a pointer to its struct. Errors: *Error with
// sync.malformed or sync.too_large.
func Decode(b []byte, message any) error {
	plain, err := unpacker.DecodeAll(b, nil)
	switch {
	case errors.Is(err, zstd.ErrDecoderSizeExceeded), len(plain) > MaxMessage:
		return Refuse(CodeTooLarge, err)
	case err != nil:
		return Refuse(CodeMalformed, err)
	}
	if err := decMode.Unmarshal(plain, message); err != nil {
		return Refuse(CodeMalformed, err)
	}
	return nil
}

// NewItem writes a Delta as an Item.
func NewItem(id record.ID, kind uint32, d record.Delta) Item {
	item := Item{ID: id, Kind: kind, Complete: d.Complete, LifeToo: d.LifeToo, Base: d.Base, State: d.AppendValues(nil)}
	for _, k := range d.Keys {
		if !slices.ContainsFunc(d.Fields, func(f record.Field) bool { return f.Key == k }) {
			item.Empty = append(item.Empty, k)
		}
	}
	return item
}

// Delta reads an Item's. Errors: sync.malformed.
func (it *Item) Delta() (record.Delta, error) {
	s, err := record.Decode(it.State)
	if err != nil {
		return record.Delta{}, Refuse(CodeMalformed, err)
	}
	d := record.Delta{State: *s, LifeToo: it.LifeToo, Complete: it.Complete, Base: it.Base}
	if it.Complete {
		if it.Base != 0 || len(it.Empty) > 0 {
			return record.Delta{}, Refuse(CodeMalformed, errors.New("a complete item says what only a partial one does"))
		}
		return d, nil
	}
	if len(s.Life) > 0 && !it.LifeToo {
		return record.Delta{}, Refuse(CodeMalformed, errors.New("life that is not told"))
	}
	d.Keys = slices.Clone(it.Empty)
	for i, f := range s.Fields {
		if i == 0 || f.Key != s.Fields[i-1].Key {
			d.Keys = append(d.Keys, f.Key)
		}
	}
	slices.SortFunc(d.Keys, record.Key.Compare)
	if n := len(d.Keys); n != len(slices.Compact(slices.Clone(d.Keys))) {
		return record.Delta{}, Refuse(CodeMalformed, fmt.Errorf("a field is told twice, of %d", n))
	}
	return d, nil
}
