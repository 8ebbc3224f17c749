package hub

import (
	"slices"

	"patio/sync/protocol"
	"patio/sync/record"
)

// Policy is what a hub must know of the records that it keeps.
type Policy interface {
	// Place answers where a record belongs and what it refers to.
	Place(kind uint32, s *record.State) Place
	// Refuse answers which of the keys that a device tells it may not write, and
	// why. now is nil of a new record. LifeKey among the keys refuses its life. v
	// shows the workspace as the batch has left it so far.
	Refuse(v View, d Device, kind uint32, id record.ID, now *record.State, told record.Delta) (keys []record.Key, reason string, err error)
	// Manages says whether a device may revoke others.
	Manages(v View, d Device) (bool, error)
}

// LifeKey stands for a record's life among refused keys; no field has id 0.
var LifeKey = record.Key{}

// Everything is a scope that may be granted: its device sees all scopes, those
// made later included, and what is in none.
var Everything = protocol.Everything

// ReasonErased is why a record that is there may not be made to refer to one
// that was erased.
const ReasonErased = "erased"

// PlaceBy says what a record's scopes come from.
type PlaceBy uint8

// What a record's scopes come from.
const (
	Own      PlaceBy = iota // Place.Scope
	Parent                  // they are those of its first parent
	Children                // they are those of all that refer to it and aren't there because it is; a deleted one counts, for whoever undeletes it needs this
)

// Place says where a record belongs. One of which that can't be told, as it came
// before its parent or before any child, is in the scopes that its writer was
// granted, so that its writer keeps it and nobody else gets it, the whole
// workspace's only if that is all. If the hub had it already it stays where it was.
type Place struct {
	By      PlaceBy
	Scope   record.ID         // of Own; zero is the whole workspace
	Parents []record.ID       // what it refers to: erased with any of them
	Holds   bool              // while it lives its parents do: a deletion of one is undone. Who deletes a parent knowingly deletes this in the same batch or before
	Blobs   []protocol.BlobID // what it names: whoever sees it may have them, and they are kept for it
}

// parents answers whom the record refers to, once each and never itself.
func (p *Place) parents(id record.ID) []record.ID {
	var out []record.ID
	for _, parent := range p.Parents {
		if parent != id && parent != (record.ID{}) && !slices.Contains(out, parent) {
			out = append(out, parent)
		}
	}
	return out
}

// blobs answers what the record names, each once, sorted.
func (p *Place) blobs() []protocol.BlobID {
	if len(p.Blobs) == 0 {
		return nil
	}
	return sortedBlobs(slices.Clone(p.Blobs))
}

// Sees says whether one of the scopes is granted to the device.
func (d *Device) Sees(scopes ...record.ID) bool {
	return slices.ContainsFunc(d.Grants, func(g protocol.Grant) bool {
		return g.Scope == Everything || slices.Contains(scopes, g.Scope)
	})
}

// scope answers that of a grant.
func (d *Device) scope(grant uint64) (record.ID, bool) {
	i := slices.IndexFunc(d.Grants, func(g protocol.Grant) bool { return g.Number == grant })
	if i < 0 {
		return record.ID{}, false
	}
	return d.Grants[i].Scope, true
}

// told answers a row as the device may hear it; nil of one out of its sight.
func (d *Device) told(row protocol.Row) *protocol.Row {
	if !d.Sees(row.Scopes...) {
		return nil
	}
	row.Scopes = slices.DeleteFunc(slices.Clone(row.Scopes), func(scope record.ID) bool { return !d.Sees(scope) })
	return &row
}

// home answers the scopes of what the device writes and nobody can tell the
// place of. What one that sees everything writes is in none: only such see it.
func (d *Device) home() []record.ID {
	var out []record.ID
	for _, g := range d.Grants {
		if g.Scope == Everything {
			return nil
		}
		if g.Scope != (record.ID{}) {
			out = append(out, g.Scope)
		}
	}
	if len(out) == 0 {
		return []record.ID{{}}
	}
	return sortedIDs(out)
}

// sortedIDs sorts ids and leaves each once.
func sortedIDs(list []record.ID) []record.ID {
	slices.SortFunc(list, func(a, b record.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(list)
}

// sortedBlobs sorts ids of blobs and leaves each once.
func sortedBlobs(list []protocol.BlobID) []protocol.BlobID {
	slices.SortFunc(list, func(a, b protocol.BlobID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(list)
}
