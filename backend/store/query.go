package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"patio/backend/crm"
)

// The one builder of SELECTs over leads. A page is found in two steps: an
// inner query finds the rowids in an index that holds all it asks for, so that
// skipped rows cost nothing; only the page's own rows are read and joined.
//
// SQLite guesses selectivity without knowing the data, so the builder says
// which index to take: a term that may use one is written plain, every other
// with a unary plus, which hides its column from the planner.

// term is one condition on a lead.
type term struct {
	column  string // what an index could serve
	sql     string // a %-sign stands where the plus goes
	drive   string // the same in the form that gathers; "" for sql
	from    string // tables that drive reads first, each followed by CROSS JOIN
	counter string // the same, asked of the counters; "" when they can't tell
	args    []any
}

// match is a compiled filter.
type match struct {
	live  string // living or archived
	terms []term
}

// Literals, as partial indexes need them.
const (
	living   = "l.live = 1"
	archived = "l.live = 2"
)

// filter compiles what a board or list asks for. Ids that the database doesn't
// know match nothing.
func (s *Store) filter(ctx context.Context, f crm.Filter) (*match, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	m := &match{live: living}
	if f.Archived {
		m.live = archived
	}
	if err := m.conditions(s, w, f); err != nil {
		return nil, err
	}
	return m, m.either(s, w, f.Or)
}

// CheckFilter says whether leads can be asked by a filter. Errors: invalid.
func (s *Store) CheckFilter(ctx context.Context, f crm.Filter) error {
	_, err := s.filter(ctx, f)
	return err
}

// either narrows to leads that pass at least one of several filters. No index
// tells: they are asked of each lead.
func (m *match) either(s *Store, w *Workspace, list []crm.Filter) error {
	var parts []string
	var args []any
	for _, f := range list {
		f.PipelineID = ""
		one := &match{}
		if err := one.conditions(s, w, f); err != nil {
			return err
		}
		var sql []string
		for _, t := range one.terms {
			sql, args = append(sql, strings.Replace(t.sql, "%", "+", 1)), append(args, t.args...)
		}
		if len(sql) > 0 {
			parts = append(parts, strings.Join(sql, " AND "))
		}
	}
	if len(parts) > 0 {
		m.add("either", "("+strings.Join(parts, " OR ")+")", args...)
	}
	return nil
}

// conditions adds what a filter asks for, its alternatives aside.
func (m *match) conditions(s *Store, w *Workspace, f crm.Filter) error {
	if stages := stagesOf(w, f); stages != nil {
		m.in("stage", s.refsOf(stages))
	}
	if len(f.OwnerIDs) > 0 {
		m.in("owner", s.refsOf(f.OwnerIDs))
	}
	if len(f.SourceIDs) > 0 {
		m.in("source", s.refsOf(f.SourceIDs))
	}
	if len(f.TagIDs) > 0 {
		m.tags(s.refsOf(f.TagIDs))
	}
	if err := m.known("timeframe", f.Timeframes, func(v string) bool { return crm.Temperature(v) != "" }); err != nil {
		return err
	}
	if err := m.known("qualification", f.Qualifications, crm.IsQualification); err != nil {
		return err
	}
	if f.ImportID != "" {
		if err := CheckID("importId", f.ImportID); err != nil {
			return err
		}
		m.subset("import", "import_leads t WHERE t.import = ?", "t.lead", []any{blob(f.ImportID)})
	}
	if f.Unread {
		m.terms = append(m.terms, term{column: "fresh", sql: "%l.fresh > 0", counter: "t.fresh = 1"})
	}
	if err := m.fields(s, w, f.Fields); err != nil {
		return err
	}
	if err := m.created(f, s.Zone()); err != nil {
		return err
	}
	if f.Quiet {
		m.quiet(f, w, s)
	}
	if f.Winback {
		m.winback(f, w, s)
	}
	return m.activity(f, w, s)
}

// stagesOf answers the ids of the stages that a filter names itself or by its
// pipeline, nil for all.
func stagesOf(w *Workspace, f crm.Filter) []string {
	if f.PipelineID == "" {
		if len(f.StageIDs) == 0 {
			return nil
		}
		return f.StageIDs
	}
	ids := []string{}
	for _, st := range w.Stages {
		if st.PipelineID == f.PipelineID && (len(f.StageIDs) == 0 || contains(f.StageIDs, st.ID)) {
			ids = append(ids, st.ID)
		}
	}
	return ids
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// unknownRef stands for an id that the database doesn't know.
const unknownRef = -1

func (s *Store) refsOf(ids []string) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		ref, ok := s.findRef(id)
		if !ok {
			ref = unknownRef
		}
		out[i] = ref
	}
	return out
}

func (m *match) add(column, sql string, args ...any) {
	m.terms = append(m.terms, term{column: column, sql: sql, args: args})
}

func (m *match) in(column string, refs []int64) {
	t := term{column: column, sql: "%l." + column + oneOf(len(refs)), args: anys(refs)}
	if column == "stage" || column == "owner" {
		t.counter = "t." + column + oneOf(len(refs))
	}
	m.terms = append(m.terms, t)
}

// known narrows to some of a column's values, none of them empty: so its index
// leaves out the leads of which nobody said anything.
func (m *match) known(column string, values []string, is func(string) bool) error {
	if len(values) == 0 {
		return nil
	}
	for _, v := range values {
		if !is(v) {
			return crm.NewError(crm.CodeInvalid, column+"s", "value", v)
		}
	}
	sql := "l." + column + oneOf(len(values))
	m.terms = append(m.terms, term{column: column, sql: "%" + sql, drive: sql + " AND l." + column + " <> ''", args: anys(values)})
	return nil
}

func (m *match) tags(refs []int64) {
	m.subset("tag", "lead_tags t WHERE t.tag"+oneOf(len(refs)), "t.owner", anys(refs))
}

// subset narrows to the leads that another table names: looked up one by one
// on a walk, collected to gather.
func (m *match) subset(column, from, lead string, args []any) {
	m.terms = append(m.terms, term{column: column, sql: "EXISTS (SELECT 1 FROM " + from + " AND " + lead + " = l.rid)",
		drive: "l.rid IN (SELECT " + lead + " FROM " + from + ")", args: args})
}

// oneOf compares with n parameters; with none nothing matches.
func oneOf(n int) string {
	if n == 1 {
		return " = ?"
	}
	return " IN (" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
}

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, e := range list {
		out[i] = e
	}
	return out
}

// has says whether the filter has a term on a column.
func (m *match) has(column string) bool {
	for _, t := range m.terms {
		if t.column == column {
			return true
		}
	}
	return false
}

// without answers the match less its terms on a column.
func (m *match) without(column string) *match {
	out := &match{live: m.live}
	for _, t := range m.terms {
		if t.column != column {
			out.terms = append(out.terms, t)
		}
	}
	return out
}

// and answers the match narrowed to one value of a column.
func (m *match) and(column string, ref int64) *match {
	out := &match{live: m.live}
	out.in(column, []int64{ref})
	out.terms = append(out.terms, m.terms...)
	return out
}

// where writes the conditions; only terms on the named columns may use an index.
func (m *match) where(args []any, plain ...string) (string, []any) {
	var b strings.Builder
	b.WriteString(m.live)
	for _, t := range m.terms {
		b.WriteString(" AND ")
		switch {
		case !contains(plain, t.column):
			b.WriteString(strings.Replace(t.sql, "%", "+", 1))
		case t.drive != "":
			b.WriteString(t.drive)
		default:
			b.WriteString(strings.Replace(t.sql, "%", "", 1))
		}
		args = append(args, t.args...)
	}
	return b.String(), args
}

// from is what a query of leads reads; only terms on the named columns may bring
// tables of their own.
func (m *match) from(plain ...string) string {
	for _, t := range m.terms {
		if t.from != "" && contains(plain, t.column) {
			return t.from + "leads l"
		}
	}
	return "leads l"
}

// driver is an index by which leads are gathered: its columns, and the guess
// that it yields one in so many of all leads.
type driver struct {
	columns []string
	oneIn   int
}

// drivers, the most selective first.
var drivers = []driver{{[]string{"import"}, 20}, {[]string{"fresh"}, 30}, {[]string{"owner", "source"}, 100}, {[]string{"owner"}, 12},
	{[]string{"source", "stage"}, 50}, {[]string{"source"}, 12}, {[]string{"field"}, 10}, {[]string{"tag"}, 10}, {[]string{"qualification", "stage"}, 30}, {[]string{"qualification"}, 8},
	{[]string{"due"}, 6}, {[]string{"timeframe", "stage"}, 15}, {[]string{"timeframe"}, 4}, {[]string{"created"}, 3},
	{[]string{"quiet", "stage"}, 4}, {[]string{"quiet", "open"}, 4}, {[]string{"winback", "open"}, 4}, {[]string{"stage"}, 4}}

// driver answers the columns through which the leads that match are gathered.
func (m *match) driver() driver {
	for _, d := range drivers {
		if !slices.ContainsFunc(d.columns, func(column string) bool { return !m.has(column) }) {
			return d
		}
	}
	return driver{nil, 1}
}

// order is a whitelisted order of leads. walk is the ORDER BY that an index
// yields by itself, gather the same with the index hidden.
type order struct{ walk, gather string }

// newOrder makes an order of sort keys, each with its direction.
func newOrder(keys ...string) order {
	return order{strings.Join(keys, ", "), "+" + strings.Join(keys, ", +")}
}

// pageSQL finds the rowids of a page. A walk goes through the order's index
// until the page is full; a gather collects all that match and sorts them.
func (m *match) pageSQL(o order, gather bool, plain []string, offset, limit int) (string, []any) {
	by := o.walk
	if gather {
		by, plain = o.gather, m.driver().columns
		if len(plain) > 1 && plain[0] == "source" {
			plain = plain[:1] // SQLite would rather go through all of the stage
		}
	}
	where, args := m.where(nil, plain...)
	return "SELECT l.rid FROM " + m.from(plain...) + " WHERE " + where + " ORDER BY " + by + " LIMIT ? OFFSET ?", append(args, limit, offset)
}

// walks says whether walking the order's index is the cheaper way to a page:
// it passes among leads, n of which match. A gather passes those that its
// driver yields of all leads, and looks up and sorts those that match.
func (m *match) walks(n, among, all, offset, limit int) bool {
	if n <= 0 {
		return true
	}
	steps := min(among, (offset+limit)*among/n)
	return steps < max(n, all/m.driver().oneIn)+gatherCost*n
}

// gatherCost is how many steps of a walk cost as much as to look up a lead and
// sort it.
const gatherCost = 12

// ints reads a column of integers.
func (s *Store) ints(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := s.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// ridList writes rowids as the JSON array that json_each reads: one statement
// for any number.
func ridList(rids []int64) string {
	b := make([]byte, 0, 8*len(rids)+2)
	b = append(b, '[')
	for i, rid := range rids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, rid, 10)
	}
	return string(append(b, ']'))
}
