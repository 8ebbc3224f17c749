package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/sync/record"
	"patio/sync/vv"
)

// records checks a table's records batch by batch, each in a transaction that
// is taken back: what is derived is derived by the very code that writes it.
func (v *verification) records(ctx context.Context, t *table) error {
	for rid := int64(0); ; {
		last, err := v.batch(ctx, t, rid)
		if err != nil || last == rid {
			return err
		}
		rid = last
	}
}

func (v *verification) batch(ctx context.Context, t *table, after int64) (last int64, err error) {
	s := v.s
	s.writing.Lock()
	defer s.writing.Unlock()
	tx, err := s.begin(ctx, Op{Label: "verify"})
	if err != nil {
		return 0, err
	}
	defer func() {
		_, rollback := s.exec(context.WithoutCancel(ctx), "ROLLBACK")
		s.forgetRefs()
		err = errors.Join(err, rollback)
	}()
	if err := s.row(ctx, "SELECT counter FROM replica").Scan(&v.counter); err != nil {
		return 0, err
	}
	list, err := tx.loadAll(t, "rid>? ORDER BY rid LIMIT ?", after, verifyBatch)
	if err != nil {
		return 0, err
	}
	for _, im := range list {
		after = im.rid
		v.r.Records++
		if err := v.record(tx, im); err != nil {
			return 0, err
		}
	}
	return after, nil
}

func (v *verification) record(tx *Tx, im *image) error {
	var encoded []byte
	var digest int64
	err := tx.s.row(tx.ctx, "SELECT state,digest FROM sync_records WHERE id=?", blob(im.id)).Scan(&encoded, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		v.found(CheckDots, im.t.name, im.id, "no state")
		return v.derived(tx, im)
	}
	if err != nil {
		return err
	}
	if digest != im.t.digest(im.before, encoded) {
		v.found(CheckDigest, im.t.name, im.id, "")
	}
	state, err := record.Decode(encoded)
	if err != nil {
		v.found(CheckDots, im.t.name, im.id, "malformed state")
	} else {
		v.dots(im, state)
	}
	return v.derived(tx, im)
}

// dots holds a record's dots against its vector and its values.
func (v *verification) dots(im *image, state *record.State) {
	wrong := func(detail string) { v.found(CheckDots, im.t.name, im.id, detail) }
	seen := func(d vv.Dot, of string) {
		if !state.Seen.Has(d) {
			wrong("vector lacks dot of " + of)
		}
	}
	for _, f := range state.Fields {
		seen(f.Dot, fmt.Sprintf("field %d", f.Key.ID))
	}
	for _, l := range state.Life {
		seen(l.Dot, "life")
	}
	for _, number := range v.own {
		if state.Seen.At(number) > v.counter {
			wrong("dot above the replica's counter")
		}
	}
	if state.Dead() != im.dead {
		v.found(CheckLife, im.t.name, im.id, "")
	}
	for _, c := range im.t.columns {
		if _, ok := state.Live(record.Key{ID: c.fid}); c.fid != 0 && !ok && !im.before.Field(c.field).IsZero() {
			wrong("no dot of " + c.name)
		}
	}
	for _, set := range im.t.sets {
		list := elements(set, im.before)
		for key := range list {
			if _, ok := state.Live(record.Key{ID: set.fid, Sub: key}); !ok {
				wrong("no dot of an element of " + set.table)
			}
		}
		for _, f := range state.Fields {
			if _, there := list[f.Key.Sub]; f.Key.ID == set.fid && !there {
				wrong("no element of a dot of " + set.table)
			}
		}
	}
}

// derived derives a record again and compares.
func (v *verification) derived(tx *Tx, im *image) error {
	wrong := func(detail string) { v.found(CheckDerived, im.t.name, im.id, detail) }
	im.after = clone(im.before)
	im.mark("contact")
	im.mark("activity")
	extra, err := tx.derive(im)
	if crm.CodeOf(err) == crm.CodeNotFound {
		return nil // the references tell
	}
	if err != nil {
		return err
	}
	if names := im.t.extraColumns(); len(names) > 0 {
		have, dest := make([]any, len(names)), make([]any, len(names))
		for i := range have {
			dest[i] = &have[i]
		}
		if err := tx.s.row(tx.ctx, "SELECT "+strings.Join(names, ",")+" FROM "+im.t.name+" WHERE rid=?", im.rid).Scan(dest...); err != nil {
			return err
		}
		for i := range names {
			if fmt.Sprint(have[i]) != fmt.Sprint(extra[i]) {
				wrong(names[i])
			}
		}
	}
	for _, c := range im.t.columns {
		if c.fid == 0 && !reflect.DeepEqual(im.before.Field(c.field).Interface(), im.after.Field(c.field).Interface()) {
			wrong(c.name)
		}
	}
	if l, ok := im.after.Addr().Interface().(*crm.Lead); ok {
		return v.lead(tx, im, l)
	}
	return nil
}

// lead checks what derive leaves alone while stage and texts stay the same.
func (v *verification) lead(tx *Tx, im *image, l *crm.Lead) error {
	if stage, err := tx.load(tx.s.tables[crm.KindStage], l.StageID); err != nil {
		return err
	} else if stage != nil && stage.after.FieldByName("PipelineID").String() != l.PipelineID {
		v.found(CheckDerived, im.t.name, im.id, "pipeline")
	}
	if im.dead {
		return nil // what the index has too much, the references tell
	}
	c, err := tx.contact(l.ContactID)
	if err != nil {
		return err
	}
	var queued, indexed bool
	err = tx.s.row(tx.ctx, "SELECT EXISTS(SELECT 1 FROM search_queue WHERE lead=?1), EXISTS(SELECT 1 FROM search_docsize WHERE id=?1)", im.rid).Scan(&queued, &indexed)
	if err != nil || queued {
		return err
	}
	if indexed && im.rid%v.stride == 0 {
		indexed, err = v.trigrams(tx, im.rid, searchText(c, l))
	}
	if err == nil && !indexed {
		v.found(CheckSearch, im.t.name, im.id, "")
	}
	return err
}

// maxVerifiedTexts is how many leads' search texts are asked for trigram by trigram;
// of the others it is enough that the index knows them.
const maxVerifiedTexts = 2000

// trigrams says whether the index finds a lead by every three letters of its
// text; it keeps no more of it.
func (v *verification) trigrams(tx *Tx, rid int64, text string) (bool, error) {
	letters := []rune(text)
	terms := map[string]bool{}
	for i := 0; i+3 <= len(letters); i++ {
		terms[`"`+strings.ReplaceAll(string(letters[i:i+3]), `"`, `""`)+`"`] = true
	}
	if len(terms) == 0 {
		return true, nil
	}
	var found bool
	err := tx.s.row(tx.ctx, "SELECT EXISTS(SELECT 1 FROM search WHERE search MATCH ? AND rowid=?)", strings.Join(slices.Sorted(maps.Keys(terms)), " AND "), rid).Scan(&found)
	return found, err
}
