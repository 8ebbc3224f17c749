package replica

import (
	"context"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"patio/backend/store"
	"patio/sync/client"
	"patio/sync/record"
	"patio/sync/vv"
)

// Local is a store as its sync client needs it.
type Local struct{ store *store.Store }

var _ client.Local = (*Local)(nil)

// NewLocal makes one.
func NewLocal(s *store.Store) *Local { return &Local{s} }

// ErrJoined says that the store belongs to a workspace already.
var ErrJoined = errors.New("replica: joined already")

// Past answers what a device that joins again tells of before; the zero Meta
// when it never joined.
func (l *Local) Past(ctx context.Context) (m client.Meta, err error) {
	err = l.Update(ctx, func(tx client.Tx) error { m, err = tx.Meta(); return err })
	return m, err
}

// Join makes the store a replica of a workspace under the number that its hub
// gave it: all that it holds waits to be told. Errors: ErrJoined.
func (l *Local) Join(ctx context.Context, workspace record.ID, number vv.Replica) error {
	return l.Update(ctx, func(tx client.Tx) error {
		m, err := tx.Meta()
		if err != nil {
			return err
		}
		if m.Workspace != (record.ID{}) {
			return ErrJoined
		}
		if err := tx.Rename(m.Replica, number, true); err != nil {
			return err
		}
		return tx.SetMeta(client.Meta{Workspace: workspace, Replica: number})
	})
}

// Update runs f in one durable transaction; when f fails nothing is written.
func (l *Local) Update(ctx context.Context, f func(client.Tx) error) error {
	return l.store.Sync(ctx, func(tx *store.SyncTx) error { return f(&localTx{tx}) })
}

// localTx translates between the client's words and the store's.
type localTx struct{ tx *store.SyncTx }

// rest is what the store keeps of a Meta without looking into it.
type rest struct {
	_    struct{} `cbor:",toarray"`
	Meta client.Meta
}

var encoding = func() cbor.EncMode {
	m, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // options are constants
	}
	return m
}()

func (t *localTx) Meta() (client.Meta, error) {
	kept, err := t.tx.Meta()
	if err != nil {
		return client.Meta{}, err
	}
	var r rest
	if len(kept.Rest) > 0 {
		if err := cbor.Unmarshal(kept.Rest, &r); err != nil {
			return client.Meta{}, fmt.Errorf("replica: state in sync: %w", err)
		}
	}
	r.Meta.Replica, r.Meta.Offset, r.Meta.Sent = kept.Replica, kept.Ahead, kept.Sent
	return r.Meta, nil
}

func (t *localTx) SetMeta(m client.Meta) error {
	kept := store.SyncMeta{Replica: m.Replica, Ahead: m.Offset, Sent: m.Sent}
	m.Replica, m.Offset, m.Sent = 0, 0, nil
	var err error
	if kept.Rest, err = encoding.Marshal(rest{Meta: m}); err != nil {
		return fmt.Errorf("replica: state in sync: %w", err)
	}
	return t.tx.SetMeta(kept)
}

func (t *localTx) Held(id record.ID) (*client.Held, error) {
	h, err := t.tx.Held(id)
	if err != nil || h == nil {
		return nil, err
	}
	return held(h), nil
}

func (t *localTx) Look(ids []record.ID) error { return t.tx.Look(ids) }

// held translates a record of the store's.
func held(h *store.Held) *client.Held {
	out := &client.Held{ID: h.ID, Kind: h.Kind, Scopes: h.Scopes, State: h.State, Hub: h.Hub, Seq: h.Seq, Whole: h.Whole}
	for _, w := range h.Waits {
		out.Waits = append(out.Waits, client.Wait(w))
	}
	return out
}

func (t *localTx) Clean(after record.ID, limit int) ([]*client.Held, error) {
	list, err := t.tx.Clean(after, limit)
	out := make([]*client.Held, len(list))
	for i, h := range list {
		out[i] = held(h)
	}
	return out, err
}

func (t *localTx) Save(h *client.Held) error {
	kept := &store.Held{ID: h.ID, Kind: h.Kind, Scopes: h.Scopes, State: h.State, Hub: h.Hub, Seq: h.Seq, Whole: h.Whole}
	for _, w := range h.Waits {
		kept.Waits = append(kept.Waits, store.Wait(w))
	}
	return t.tx.Save(kept)
}

func (t *localTx) Settle(id record.ID, state *record.State, scopes []record.ID, seq uint64) (bool, error) {
	return t.tx.Settle(id, state, scopes, seq)
}

func (t *localTx) Drop(id record.ID) error  { return t.tx.Drop(id) }
func (t *localTx) Erase(id record.ID) error { return t.tx.Erase(id) }

func (t *localTx) Waiting(except map[record.ID]bool, limit int) ([]record.ID, error) {
	return t.tx.Waiting(except, limit)
}

func (t *localTx) Outside(scopes []record.ID) ([]record.ID, error) { return t.tx.Outside(scopes) }
func (t *localTx) Count() (int, error)                             { return t.tx.Count() }
func (t *localTx) File(r client.Refused) error                     { return t.tx.File(store.Refusal(r)) }

func (t *localTx) Rename(from, to vv.Replica, all bool) error { return t.tx.Rename(from, to, all) }
