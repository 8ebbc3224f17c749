package bind

import (
	"context"
	"encoding/json"
	"sync"

	"patio/backend/crm"
)

// Door stands between the page and the program. The page may knock before the
// database is open: such calls wait. It opens once, or says why not until
// somebody tries again, and at the end it closes behind the last call.
type Door struct {
	always *Table // what answers with no database

	mu      sync.Mutex
	settled chan struct{} // closed once open or failed is set
	open    *Table
	failed  error
	closing bool
	closed  chan struct{} // closed by Close, for calls that still wait
	inside  sync.WaitGroup
}

// NewDoor makes a closed door. The methods of always can be called at once, and
// still when the program failed to open.
func NewDoor(always *Table) *Door {
	return &Door{always: always, settled: make(chan struct{}), closed: make(chan struct{})}
}

// Open lets calls through to t. Of each try only the first Open or Fail counts.
func (d *Door) Open(t *Table) { d.settle(t, nil) }

// Fail answers err to every call that needs the database. Of each try only the
// first Open or Fail counts.
func (d *Door) Fail(err error) { d.settle(nil, err) }

func (d *Door) settle(t *Table, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open != nil || d.failed != nil {
		return
	}
	d.open, d.failed = t, err
	close(d.settled)
}

// Retry begins another try after Fail: calls wait again. It answers false, and
// changes nothing, when there was no failure: whoever gets true opens.
func (d *Door) Retry() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed == nil || d.closing {
		return false
	}
	d.failed, d.settled = nil, make(chan struct{})
	return true
}

// Call runs a method as Table.Call does.
func (d *Door) Call(structName, methodName string, args []json.RawMessage) (json.RawMessage, error) {
	d.mu.Lock()
	if d.closing {
		d.mu.Unlock()
		return nil, crm.NewError(CodeClosing, "")
	}
	d.inside.Add(1)
	d.mu.Unlock()
	defer d.inside.Done()

	if d.always.Has(structName, methodName) {
		return d.always.Call(structName, methodName, args)
	}
	table, err := d.wait()
	if err != nil {
		return nil, err
	}
	return table.Call(structName, methodName, args)
}

// wait answers what stands behind the door once that is known.
func (d *Door) wait() (*Table, error) {
	for {
		d.mu.Lock()
		open, failed, settled := d.open, d.failed, d.settled
		d.mu.Unlock()
		if open != nil || failed != nil {
			return open, failed
		}
		select {
		case <-settled:
		case <-d.closed:
			return nil, crm.NewError(CodeClosing, "")
		}
	}
}

// Close refuses later calls and waits for those under way, as long as ctx
// lasts. Closing twice does no harm.
func (d *Door) Close(ctx context.Context) error {
	d.mu.Lock()
	if !d.closing {
		d.closing = true
		close(d.closed)
	}
	d.mu.Unlock()

	left := make(chan struct{})
	go func() {
		d.inside.Wait()
		close(left)
	}()
	select {
	case <-left:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Gate is the page's side of a Door and the only struct that is bound to the
// window: the window's library leaves a promise pending for ever when a bound
// method panics, and everything behind Gate recovers.
type Gate struct{ door *Door }

// Gate is what the page may hold of the door.
func (d *Door) Gate() *Gate { return &Gate{door: d} }

// Call runs structName.methodName with JSON arguments.
func (g *Gate) Call(structName, methodName string, args []json.RawMessage) (json.RawMessage, error) {
	return g.door.Call(structName, methodName, args)
}
