package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"reflect"
	"slices"
	"strconv"
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
		return v.derived(tx, im)
	}
	beside, err := tx.keptValues(im.id)
	if err != nil {
		return err
	}
	v.dots(im, state, beside)
	if err := v.counted(tx, im, beside); err != nil {
		return err
	}
	return v.derived(tx, im)
}

// counted holds what is counted of a record for sync against the record.
func (v *verification) counted(tx *Tx, im *image, beside map[write]string) error {
	row, err := tx.syncRow(im.id)
	if err != nil || row == nil {
		return err
	}
	wrong := func(detail string) { v.found(CheckDots, im.t.name, im.id, detail) }
	if row.kept != len(beside) {
		wrong("count of kept values")
	}
	if err := tx.fillFrom(im.id, reading{t: im.t, v: im.before}, row.state, row.kept); err != nil {
		wrong("no value of a dot")
		return nil
	}
	if row.conflicts != im.t.conflicts(row.state) && tx.s.joins.joined {
		wrong("count of conflicts")
	}
	var waits bool
	if err := tx.s.row(tx.ctx, "SELECT waits IS NOT NULL FROM sync_records WHERE id=?", blob(im.id)).Scan(&waits); err != nil {
		return err
	}
	told := row.pending
	if told == nil {
		told = owned(row.state, row.hub, tx.s.replica)
	}
	if tx.s.joins.joined && waits != (row.whole || len(told) > 0) {
		wrong("waits")
	}
	return nil
}

// dots holds a record's dots against its vector and its values.
func (v *verification) dots(im *image, state *record.State, beside map[write]string) {
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
			_, kept := beside[write{f.Key, f.Dot}]
			if _, there := list[f.Key.Sub]; f.Key.ID == set.fid && !there && !kept {
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
	text, err := tx.searchText(l)
	if err != nil {
		return err
	}
	var queued, indexed bool
	err = tx.s.row(tx.ctx, "SELECT EXISTS(SELECT 1 FROM search_queue WHERE lead=?1), EXISTS(SELECT 1 FROM search_docsize WHERE id=?1)", im.rid).Scan(&queued, &indexed)
	if err != nil || queued {
		return err
	}
	if indexed {
		indexed, err = v.indexedAs(tx, im.rid, text)
	}
	if err == nil && !indexed {
		v.found(CheckSearch, im.t.name, im.id, "")
	}
	return err
}

// searched adds up, in one pass, what the search index has of each lead.
func (v *verification) searched(ctx context.Context) error {
	if _, err := v.db.ExecContext(ctx, "CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main','search','instance')"); err != nil {
		return err
	}
	rows, err := v.db.QueryContext(ctx, "SELECT term, group_concat(doc,' ') FROM temp.terms GROUP BY term")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var term, leads string
		if err := rows.Scan(&term, &leads); err != nil {
			return err
		}
		sum := maphash.String(v.seed, term)
		for lead := range strings.SplitSeq(leads, " ") {
			rid, err := strconv.ParseInt(lead, 10, 64)
			if err != nil {
				return err
			}
			v.terms[rid] += sum
		}
	}
	return rows.Err()
}

// maxAsked is how many leads whose sum differs are asked for by their text.
const maxAsked = 2000

// indexedAs says whether the index has a lead's text, every three letters of
// it. The sums are of the time when the check began, and the index may fold a
// letter in its own way: where they differ, the index is asked.
func (v *verification) indexedAs(tx *Tx, rid int64, text string) (bool, error) {
	letters := []rune(text)
	terms := map[string]bool{}
	for i := 0; i+3 <= len(letters); i++ {
		terms[string(letters[i:i+3])] = true
	}
	sum := uint64(0)
	for term := range terms {
		sum += maphash.String(v.seed, term)
	}
	if sum == v.terms[rid] || len(terms) == 0 || v.asked >= maxAsked {
		return true, nil
	}
	v.asked++
	var query strings.Builder
	for _, term := range slices.Sorted(maps.Keys(terms)) {
		if query.Len() > 0 {
			query.WriteString(" AND ")
		}
		query.WriteString(`"` + strings.ReplaceAll(term, `"`, `""`) + `"`)
	}
	var found bool
	err := tx.s.row(tx.ctx, "SELECT EXISTS(SELECT 1 FROM search WHERE search MATCH ? AND rowid=?)", query.String(), rid).Scan(&found)
	return found, err
}
