package client

import "fmt"

// removable is the part of all records that one page may remove unasked; so
// few may always go.
const (
	removable = 5
	few       = 20
)

// ManyRemovals stops a sync of which one page would remove more than a fifth of
// all records: a person is to be asked first.
type ManyRemovals struct {
	Removed int // by the page
	Held    int // before it
}

func (e *ManyRemovals) Error() string {
	return fmt.Sprintf("client: one page would remove %d of %d records", e.Removed, e.Held)
}

// Option changes one sync.
type Option func(*options)

type options struct{ removals, compare bool }

// AllowRemovals lets one sync remove however many the hub says: a person was
// asked after ManyRemovals and said yes. How many later pages remove nobody
// knows before they are pulled.
func AllowRemovals(o *options) { o.removals = true }

// judge says whether a page may remove so many records.
func (o *options) judge(tx Tx, removed int) error {
	if removed <= few || o.removals {
		return nil
	}
	left, err := tx.Count()
	if err != nil || removed*removable <= left+removed {
		return err
	}
	return &ManyRemovals{Removed: removed, Held: left + removed}
}
