package store

import (
	"context"
	"database/sql"
	"reflect"
	"slices"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// Op names an operation: its label serves undo, the audit log and the timeline.
type Op struct {
	Label  string            // "lead.move"; the window translates it
	Params map[string]string // for the translated sentence
	Group  string            // UUID of operations that undo as one; "" for none
	NoUndo bool              // kept in the audit log only
	Quiet  bool              // writes no timeline event: glances, imports, ready records
	Import string            // UUID of the import whose leads these are; "" for none
	Bulk   bool              // queues search texts instead of indexing them at once

	purge  bool  // its gone records leave the disk
	undoes int64 // seq of the operation that this one undoes
	redo   bool  // that one is an undo
}

// Tx is one transaction. Get, Put and Delete work on records in memory; all is
// written when the function returns, each record once, with what is derived
// from it. Queries of the function see the state before it.
type Tx struct {
	ctx  context.Context
	s    *Store
	conn *sql.Conn

	Now   int64  // ms UTC, the same for the whole operation
	User  string // who acts; "" when nobody was chosen
	op    Op
	opID  string
	clock record.HLC
	n     uint64 // the replica's write counter

	images map[imageKey]*image
	order  []*image
	byLead map[string][]*image  // new marks and activities, by their lead
	totals map[totalKey]counted // what this operation adds to the counters
	rows   map[string]*rowBatch // new rows that wait to be written together
	states []newState           // of new records
	texts  []textChange         // of leads, for the search index
	notes  int                  // activities that wait for the index since
	upto   int64                // how far it has come in them; -1: not read yet
	log    changeLog
	change crm.Change
	leads  map[string]bool // ids of leads that the window should fetch again
	sync   *syncing        // of a transaction that takes in what a hub told; else nil
}

type imageKey struct {
	kind crm.Kind
	id   string
}

// image is one record within a transaction, before and after.
type image struct {
	t      *table
	id     string
	rid    int64         // 0: not on disk yet
	before reflect.Value // the struct as it is on disk; invalid when new
	after  reflect.Value // the struct as it shall be
	dead   bool          // as it is on disk
	dies   bool          // as it shall be
	put    bool          // Put or Delete named it; else it was only read
	extra  []any         // values of the table's extra columns, once derived
	marked map[string]bool
	forced map[record.Key]bool // fields that are written though they stay the same

	merged *Held          // as the hub told it; nil of a write of this replica's
	kept   []record.Field // of it, the live values that the row doesn't hold
	gone   bool           // it leaves this replica
}

// Transact is the only way to write. It runs fn in one SQLite transaction in
// which rows change, dots and vectors move, and the undo image and the audit
// entry are kept; after commit the change goes out as one event. When fn or
// anything after it fails, nothing is written.
func (s *Store) Transact(ctx context.Context, op Op, fn func(*Tx) error) (crm.Done, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	tx, err := s.begin(ctx, op)
	if err != nil {
		return crm.Done{}, s.fail("begin "+op.Label, err)
	}
	committed := false
	defer func() {
		if !committed { // also when fn panics
			_, _ = s.exec(context.WithoutCancel(ctx), "ROLLBACK")
			s.forgetRefs()
		}
	}()
	if err := fn(tx); err != nil {
		return crm.Done{}, err
	}
	if err := tx.flush(); err != nil {
		return crm.Done{}, s.fail("write "+op.Label, err)
	}
	if err := ctx.Err(); err != nil {
		return crm.Done{}, crm.NewError(crm.CodeCancelled, "").Because(err)
	}
	if _, err := s.exec(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return crm.Done{}, s.fail("commit "+op.Label, err)
	}
	committed = true
	s.counter, s.clock = tx.n, tx.clock
	if tx.sync != nil {
		s.synced(tx.sync)
	}
	s.commits.Add(1)
	s.queuedTexts(len(tx.texts)+tx.notes, tx.op.Bulk)
	tx.publish()
	return tx.done(), nil
}

func (s *Store) begin(ctx context.Context, op Op) (*Tx, error) {
	if s.readOnly != nil {
		return nil, s.readOnly
	}
	if err := ctx.Err(); err != nil {
		return nil, crm.NewError(crm.CodeCancelled, "").Because(err)
	}
	if _, err := s.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, err
	}
	now := s.now().UnixMilli()
	return &Tx{
		ctx: unhurried{ctx}, s: s, conn: s.writer, op: op, opID: s.NewID(), Now: now, User: s.ActingUser(),
		clock: s.stamp(now), n: s.counter, upto: -1,
		images: map[imageKey]*image{}, byLead: map[string][]*image{}, totals: map[totalKey]counted{}, leads: map[string]bool{}, rows: map[string]*rowBatch{},
	}, nil
}

// unhurried is the context of a transaction's statements: who goes ends it
// between two of them. To end one under way the driver would start a goroutine
// for each, which costs more than most take.
type unhurried struct{ context.Context }

// Done answers a channel that is never closed; Err tells.
func (unhurried) Done() <-chan struct{} { return nil }

// done answers what the window says about the operation.
func (tx *Tx) done() crm.Done {
	d := crm.Done{OpID: tx.opID, Label: tx.op.Label, Params: tx.op.Params, Undo: !tx.op.NoUndo && !tx.log.empty()}
	for _, im := range tx.order {
		if im.t.kind == crm.KindLead && im.put && len(d.IDs) < maxDoneIDs {
			d.IDs = append(d.IDs, im.id)
		}
	}
	return d
}

// publish tells subscribers what the committed operation touched.
func (tx *Tx) publish() {
	c := &tx.change
	c.OpID, c.Label = tx.opID, tx.op.Label
	dictionary := false
	for _, im := range tx.order {
		if !im.put {
			continue
		}
		if im.t.kind < crm.KindContact {
			dictionary = true
		}
		if im.t.kind == crm.KindField {
			c.All = true // what cards and rows show
		}
		if name := im.t.name; !slices.Contains(c.Kinds, name) {
			c.Kinds = append(c.Kinds, name)
		}
	}
	if dictionary = dictionary || tx.s.workspace.names(tx.totals); dictionary {
		tx.s.forgetWorkspace()
	}
	if len(tx.leads) > maxNamed {
		c.All = true
	} else {
		for id := range tx.leads {
			c.LeadIDs = append(c.LeadIDs, id)
		}
		slices.Sort(c.LeadIDs)
	}
	for key := range tx.totals {
		if id := tx.s.refID(key.stage); !slices.Contains(c.StageIDs, id) {
			c.StageIDs = append(c.StageIDs, id)
		}
	}
	slices.Sort(c.StageIDs)
	if len(c.Kinds) > 0 {
		tx.s.events.publish(*c, dictionary)
	}
}

// maxNamed is how many leads a change names one by one.
const maxNamed = 200

// Get answers a copy of a record to change and Put; not_found when there is
// none or it was deleted.
func Get[T any](tx *Tx, id string) (*T, error) {
	im, err := tx.load(tx.s.tableOf(reflect.TypeFor[T]()), id)
	if err != nil {
		return nil, err
	}
	if im == nil || im.dies {
		return nil, crm.NewError(crm.CodeNotFound, "id", "id", id, "kind", tx.s.tableOf(reflect.TypeFor[T]()).name)
	}
	out := clone(im.after)
	return out.Addr().Interface().(*T), nil
}

// Put writes a record: with an empty ID a new one, which then has its ID;
// otherwise the one of that ID, made when there is none. Only fields that
// differ from disk are written.
func Put[T any](tx *Tx, entity *T) error {
	return tx.put(tx.s.tableOf(reflect.TypeFor[T]()), reflect.ValueOf(entity).Elem())
}

// put is Put for a struct of which only the table is known.
func (tx *Tx) put(t *table, v reflect.Value) error {
	id := v.Field(t.id).String()
	var im *image
	if id == "" {
		id = tx.s.NewID()
		v.Field(t.id).SetString(id)
	} else {
		var err error
		if im, err = tx.load(t, id); err != nil {
			return err
		}
	}
	if im == nil {
		if may, err := tx.mayMake(t, id); !may {
			return err
		}
		im = &image{t: t, id: id}
		tx.images[imageKey{t.kind, id}] = im
		tx.order = append(tx.order, im)
	}
	im.after, im.dies, im.put = clone(v), false, true
	if im.rid == 0 {
		tx.noteChild(im)
	}
	return nil
}

// noteChild remembers a new mark or activity under its lead, from which the
// lead is derived without a query when it is new, too.
func (tx *Tx) noteChild(im *image) {
	var lead string
	switch e := im.after.Addr().Interface().(type) {
	case *crm.Mark:
		lead = e.LeadID
	case *crm.Activity:
		lead = e.LeadID
	default:
		return
	}
	if !slices.Contains(tx.byLead[lead], im) {
		tx.byLead[lead] = append(tx.byLead[lead], im)
	}
}

// Delete deletes a record; its values stay for undo. Deleting what is gone is
// no error.
func Delete[T any](tx *Tx, id string) error {
	return tx.remove(tx.s.tableOf(reflect.TypeFor[T]()), id)
}

// remove is Delete for a record of which only the table is known.
func (tx *Tx) remove(t *table, id string) error {
	im, err := tx.load(t, id)
	if err != nil || im == nil {
		return err
	}
	im.dies, im.put = true, true
	return nil
}

// load answers the image of a record, nil when it is not on disk.
func (tx *Tx) load(t *table, id string) (*image, error) {
	if im := tx.images[imageKey{t.kind, id}]; im != nil {
		return im, nil
	}
	rows, err := tx.s.stmt(tx.ctx, t.selectSQL+" WHERE id=?", blob(id))
	if err != nil {
		return nil, err
	}
	ims, err := tx.scan(t, rows)
	if err != nil || len(ims) == 0 {
		return nil, err
	}
	return ims[0], nil
}

// loadAll makes images of all records that a condition names.
func (tx *Tx) loadAll(t *table, where string, args ...any) ([]*image, error) {
	rows, err := tx.s.stmt(tx.ctx, t.selectSQL+" WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	return tx.scan(t, rows)
}

func (tx *Tx) scan(t *table, rows *sql.Rows) ([]*image, error) {
	found, err := scanRows(tx.s, t, rows)
	if err != nil {
		return nil, err
	}
	if err := readSetsOf(t, found, tx.queryAll, tx.s); err != nil {
		return nil, err
	}
	out := make([]*image, 0, len(found))
	for _, r := range found {
		key := imageKey{t.kind, r.id}
		if im := tx.images[key]; im != nil {
			out = append(out, im)
			continue
		}
		im := &image{t: t, id: r.id, rid: r.rid, before: r.v, after: clone(r.v), dead: r.dead, dies: r.dead}
		tx.images[key] = im
		tx.order = append(tx.order, im)
		out = append(out, im)
	}
	return out, nil
}

// queryAll is stmt for those who bring no context of their own.
func (tx *Tx) queryAll(q string, args ...any) (*sql.Rows, error) {
	return tx.s.stmt(tx.ctx, q, args...)
}

// clone copies a struct value, its slices included.
func clone(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if f := out.Field(i); f.Kind() == reflect.Slice && f.Len() > 0 {
			c := reflect.MakeSlice(f.Type(), f.Len(), f.Len())
			reflect.Copy(c, f)
			f.Set(c)
		}
	}
	return out
}

// dot makes the replica's next write.
func (tx *Tx) dot() vv.Dot {
	tx.n++
	return vv.Dot{Replica: tx.s.replica, N: tx.n}
}

// NewID makes a UUIDv7: time-ordered, so that inserts append.
func (s *Store) NewID() string { return uuid.Must(uuid.NewV7()).String() }
