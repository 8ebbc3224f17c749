package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/sync/vv"
)

// Checks that Verify makes.
const (
	CheckIntegrity = "integrity" // SQLite's own: pages, indexes, the search index
	CheckSchema    = "schema"    // tables, indexes and guards are this program's
	CheckDigest    = "digest"    // a record's values are those that were written
	CheckDots      = "dots"      // each value has its dot, each dot is in the vector
	CheckLife      = "life"      // deleted as the dots say
	CheckReference = "reference" // what a record refers to is there
	CheckDerived   = "derived"   // derived columns equal their recomputation
	CheckTotals    = "totals"    // so do the counters
	CheckSearch    = "search"    // and the search texts
	CheckAudit     = "audit"     // the chain of operations is unbroken
)

// Report is what Verify found.
type Report struct {
	Records    int       `json:"records"`
	Operations int       `json:"operations"`
	Count      int       `json:"count"`    // problems in all
	Problems   []Problem `json:"problems"` // the first 1,000
}

// Problem is one thing that is wrong. It names places, never what they hold.
type Problem struct {
	Check  string `json:"check"`
	Table  string `json:"table,omitempty"`
	ID     string `json:"id,omitempty"`     // the record's, or an operation's seq
	Detail string `json:"detail,omitempty"` // a column, a key, SQLite's words
}

const (
	maxProblems = 1000
	verifyBatch = 500
)

// Verify checks the whole database: what SQLite checks, that each record is
// what was written, that what is derived follows from it, and that the audit
// log is whole. It holds writers up for some milliseconds at a time. The error
// tells that it could not be done; what it found is in the report.
func (s *Store) Verify(ctx context.Context) (*Report, error) {
	v := &verification{s: s, r: &Report{Problems: []Problem{}}, terms: map[int64]uint64{}, seed: maphash.MakeSeed()}
	err := s.aside(ctx, func(db *sql.DB) error {
		v.db = db
		for _, check := range []func(context.Context) error{v.integrity, v.schema, v.references, v.totals, v.audit, v.searched} {
			if err := v.unlessDamaged(check(ctx)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		v.own, err = s.countedNumbers(ctx)
	}
	for _, t := range registry() {
		if err == nil {
			err = v.unlessDamaged(v.records(ctx, s.tables[t.kind]))
		}
	}
	return v.r, s.fail("verify", err)
}

// unlessDamaged makes a problem of an error that a damaged page causes, so
// that the other checks go on.
func (v *verification) unlessDamaged(err error) error {
	if err == nil || v.s.codeOf(err) != crm.CodeCorrupt {
		return err
	}
	v.s.noteDamage("verify", err)
	v.found(CheckIntegrity, "", "", err.Error())
	return nil
}

// countedNumbers answers the numbers whose writes this replica counts: where a
// hub is, others may have gone on under a former one.
func (s *Store) countedNumbers(ctx context.Context) ([]vv.Replica, error) {
	own, err := s.ownNumbers(ctx)
	if err != nil {
		return nil, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.joins.joined {
		own = []vv.Replica{s.replica}
	}
	return own, nil
}

type verification struct {
	s       *Store
	db      *sql.DB
	r       *Report
	counter uint64       // of the replica, on disk
	own     []vv.Replica // numbers that it has and had

	terms map[int64]uint64 // a lead's row id → the sum of the hashes of what the search index has of it
	seed  maphash.Seed
	asked int // leads whose sum differed
}

func (v *verification) found(check, table, id, detail string) {
	v.r.Count++
	if len(v.r.Problems) < maxProblems {
		v.r.Problems = append(v.r.Problems, Problem{check, table, id, detail})
	}
}

// list notes what a query answers: table, id, detail.
func (v *verification) list(ctx context.Context, check, query string, args ...any) error {
	rows, err := v.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var table, detail string
		var id []byte
		if err := rows.Scan(&table, &id, &detail); err != nil {
			return err
		}
		v.found(check, table, text(id), detail)
	}
	return rows.Err()
}

func (v *verification) integrity(ctx context.Context) error {
	list, err := readColumn(ctx, v.db, "PRAGMA integrity_check(1000)")
	if err != nil {
		return err
	}
	for _, line := range list {
		if line != "ok" {
			v.found(CheckIntegrity, "", "", line)
			v.s.noteDamage("verify", errors.New(line))
		}
	}
	return nil
}

// schema compares tables, indexes and triggers with those of an empty database
// that this program makes.
func (v *verification) schema(ctx context.Context) error {
	const query = "SELECT type||' '||name||' '||coalesce(sql,'') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1"
	ours, err := v.s.emptySchema(ctx, query)
	if err != nil {
		return err
	}
	theirs, err := readColumn(ctx, v.db, query)
	if err != nil {
		return err
	}
	name := func(line string) string { return strings.Join(strings.SplitN(line, " ", 3)[:2], " ") }
	for _, line := range ours {
		if !slices.Contains(theirs, line) {
			v.found(CheckSchema, "", "", name(line))
		}
	}
	for _, line := range theirs {
		if !slices.ContainsFunc(ours, func(o string) bool { return name(o) == name(line) }) {
			v.found(CheckSchema, "", "", name(line))
		}
	}
	return nil
}

// reference says that a column names records of another table.
type reference struct{ table, column, to string }

// references of the CRM by id.
var references = []reference{
	{"leads", "contact_id", "contacts"}, {"leads", "origin_lead", "leads"}, {"leads", "next_id", "activities"},
	{"contacts", "merged_into", "contacts"}, {"marks", "lead_id", "leads"}, {"activities", "lead_id", "leads"}, {"events", "lead_id", "leads"},
	{"attachments", "lead_id", "leads"},
	{"pairs", "contact_id", "contacts"}, {"pairs", "into_id", "contacts"},
}

// refColumns are references through the local integers of refs.
var refColumns = []reference{
	{"stages", "pipeline", "pipelines"}, {"leads", "stage", "stages"}, {"leads", "pipeline", "pipelines"}, {"leads", "owner", "users"},
	{"leads", "source", "sources"}, {"leads", "shop", "shops"}, {"leads", "reason", "reasons"}, {"leads", "created_by", "users"},
	{"leads", "converted_from", "pipelines"}, {"activities", "user", "users"}, {"activities", "created_by", "users"}, {"events", "user", "users"},
	{"attachments", "created_by", "users"},
}

// references looks for what is named and isn't there. Where a hub is, that is
// no fault: it comes later, or is out of sight.
func (v *verification) references(ctx context.Context) error {
	var joined bool
	if err := v.db.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM sync_meta)").Scan(&joined); err != nil {
		return err
	}
	if !joined {
		if err := v.named(ctx); err != nil {
			return err
		}
	}
	for _, t := range registry() {
		for _, set := range t.sets {
			if err := v.list(ctx, CheckReference, fmt.Sprintf("SELECT DISTINCT '%[1]s', NULL, 'owner '||owner FROM %[1]s WHERE owner NOT IN (SELECT rid FROM %[2]s) LIMIT 1000",
				set.table, t.name)); err != nil {
				return err
			}
		}
		if err := v.list(ctx, CheckDots, fmt.Sprintf("SELECT '%[1]s', id, 'no record' FROM sync_records WHERE kind=? AND id NOT IN (SELECT id FROM %[1]s) LIMIT 1000", t.name), int(t.kind)); err != nil {
			return err
		}
	}
	if err := v.list(ctx, CheckDots, "SELECT DISTINCT 'sync_values', record, 'no record' FROM sync_values WHERE record NOT IN (SELECT id FROM sync_records) LIMIT 1000"); err != nil {
		return err
	}
	for _, query := range []string{
		`SELECT 'search', NULL, 'row '||id FROM search_docsize
			WHERE id NOT IN (SELECT rid FROM leads WHERE deleted=0) AND id NOT IN (SELECT lead FROM search_queue) LIMIT 1000`,
		`SELECT 'notes', NULL, 'row '||id FROM notes_docsize
			WHERE id NOT IN (SELECT rid FROM activities WHERE deleted=0) AND id NOT IN (SELECT activity FROM notes_queue) LIMIT 1000`,
		`SELECT 'activities', id, 'notes' FROM activities WHERE deleted=0 AND rid <= (SELECT upto FROM notes_upto)
			AND rid NOT IN (SELECT id FROM notes_docsize) AND rid NOT IN (SELECT activity FROM notes_queue) LIMIT 1000`,
	} {
		if err := v.list(ctx, CheckSearch, query); err != nil {
			return err
		}
	}
	return nil
}

// named looks for the records that others name.
func (v *verification) named(ctx context.Context) error {
	for _, r := range references {
		if err := v.list(ctx, CheckReference, fmt.Sprintf(`SELECT '%[1]s', id, '%[2]s' FROM %[1]s WHERE %[2]s IS NOT NULL
			AND %[2]s NOT IN (SELECT id FROM %[3]s) LIMIT 1000`, r.table, r.column, r.to)); err != nil {
			return err
		}
	}
	for _, r := range refColumns {
		if err := v.list(ctx, CheckReference, fmt.Sprintf(`SELECT '%[1]s', id, '%[2]s' FROM %[1]s WHERE %[2]s<>0
			AND %[2]s NOT IN (SELECT ref FROM refs JOIN %[3]s USING (id)) LIMIT 1000`, r.table, r.column, r.to)); err != nil {
			return err
		}
	}
	for _, query := range []string{
		"SELECT DISTINCT 'lead_tags', NULL, 'tag '||tag FROM lead_tags WHERE tag NOT IN (SELECT ref FROM refs JOIN tags USING (id))",
		"SELECT DISTINCT 'lead_values', NULL, 'field '||field FROM lead_values WHERE field NOT IN (SELECT ref FROM refs JOIN fields USING (id))",
		"SELECT DISTINCT 'contact_values', NULL, 'field '||field FROM contact_values WHERE field NOT IN (SELECT ref FROM refs JOIN fields USING (id))",
	} {
		if err := v.list(ctx, CheckReference, query); err != nil {
			return err
		}
	}
	return nil
}

// totals counts the living leads again.
func (v *verification) totals(ctx context.Context) error {
	const again = `SELECT tag,stage,owner,fresh,idle,sum(n) n,sum(cents) cents FROM (
			SELECT 0 AS tag,stage,owner,fresh>0 AS fresh,next_due=0 AS idle,1 AS n,value_cents AS cents FROM leads WHERE live=1
			UNION ALL SELECT t.tag,stage,l.owner,fresh>0,next_due=0,1,value_cents FROM lead_tags t JOIN leads l ON l.rid=t.owner WHERE live=1)
		GROUP BY 1,2,3,4,5`
	const kept = "SELECT tag,stage,owner,fresh,idle,n,cents FROM lead_totals WHERE n<>0 OR cents<>0"
	for _, query := range []string{again + " EXCEPT " + kept, kept + " EXCEPT " + again} {
		if err := v.list(ctx, CheckTotals, "SELECT 'lead_totals', NULL, format('tag %d stage %d owner %d fresh %d idle %d', tag,stage,owner,fresh,idle) FROM ("+query+")"); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) audit(ctx context.Context) error {
	rows, err := v.db.QueryContext(ctx, "SELECT seq,id,label,user,at,changes,salt,digest,chain FROM operations ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	o := newOperationRow([]string{"seq", "id", "label", "user", "at", "changes", "salt", "digest", "chain"})
	var prev []byte
	for last := int64(0); rows.Next(); {
		if err := rows.Scan(o.dest...); err != nil {
			return err
		}
		v.r.Operations++
		link, ok := o.continues(prev, last)
		seq, _ := o.get("seq").(int64)
		if !ok {
			v.found(CheckAudit, "operations", fmt.Sprint(seq), "")
		}
		last, prev = seq, slices.Clone(link)
	}
	return rows.Err()
}
