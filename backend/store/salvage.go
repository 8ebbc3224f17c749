package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/rs/zerolog"

	"patio/backend/store/pagefile"
)

// scratchName is the database into which a damaged one's readable rows go.
const scratchName = "patio.scratch" + partSuffix

// scratch holds the rows that a damaged database still shows, in tables like
// the program's own, so that they are queried and compared as usual.
type scratch struct {
	path    string
	db      *sql.DB
	old     *Store // reads the scratch tables as if they were its own
	layouts map[string]*layout
	clashes []clash // rows whose place another row had taken
	rows    int     // that were read
	bad     int     // pages that could not be read
}

// layout is how a table's rows lie on disk.
type layout struct {
	table   string
	columns []layoutColumn
	hasID   bool // rows have row ids
	insert  *sql.Stmt
}

type layoutColumn struct {
	name, typ string
	required  bool // neither NULL nor left out
	rowID     bool // stands in the row id, not in the row
}

// strayColumns is how many columns a table needs to be known by its rows
// alone; entries of plain indexes have fewer.
const strayColumns = 4

// idIndex begins the name of the index on a table's ids. It tells of records
// whose own page is lost, and of refs it holds all that the table does.
const idIndex = "sqlite_autoindex_"

// readDamaged reads the database file at path, and its log, into a scratch
// database. A missing file reads as an empty one.
func (s *Store) readDamaged(ctx context.Context, path string) (_ *scratch, err error) {
	sc := &scratch{path: filepath.Join(s.dir, scratchName), layouts: map[string]*layout{}}
	removeDatabase(sc.path)
	if sc.db, err = sql.Open("sqlite", fileURI(sc.path)+"?_dqs=0&_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_pragma=temp_store(MEMORY)"); err != nil {
		return nil, err
	}
	sc.db.SetMaxOpenConns(1)
	defer func() {
		if err != nil {
			err = errors.Join(err, sc.close())
		}
	}()
	provider, err := goose.NewProvider(goose.DialectSQLite3, sc.db, s.migrations, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, err
	}
	if _, err := provider.Up(ctx); err != nil {
		return nil, err
	}
	if _, err := sc.db.ExecContext(ctx, `DELETE FROM guard; CREATE TABLE found_ids (id BLOB PRIMARY KEY, kind INTEGER NOT NULL, rid INTEGER NOT NULL) WITHOUT ROWID;
		CREATE TABLE wanted (id BLOB PRIMARY KEY, kind INTEGER NOT NULL) WITHOUT ROWID;
		CREATE TABLE ref_pairs (ref INTEGER NOT NULL, id BLOB NOT NULL, n INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (ref, id)) WITHOUT ROWID`); err != nil {
		return nil, err
	}
	sc.old = &Store{log: zerolog.Nop(), tables: s.tables, byType: s.byType, readDB: sc.db}
	if err := sc.readLayouts(ctx, s); err != nil {
		return nil, err
	}
	file, err := pagefile.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return sc, nil
	}
	if err != nil {
		return nil, err
	}
	err = sc.readFile(ctx, file)
	return sc, errors.Join(err, file.Close())
}

func (sc *scratch) close() error {
	err := sc.db.Close()
	removeDatabase(sc.path)
	return err
}

// readLayouts learns how the tables lie on disk from the scratch database.
// Migrations only ever append columns, so rows of an older schema are shorter.
func (sc *scratch) readLayouts(ctx context.Context, s *Store) error {
	names := []string{"sync_records", "refs", "replica", "device", "operations", "imports", "import_leads", "import_mappings", "sync_refused"}
	for _, t := range s.tables {
		names = append(names, t.name)
		for _, set := range t.sets {
			names = append(names, set.table)
		}
	}
	for _, name := range names {
		var apart bool
		if err := sc.db.QueryRowContext(ctx, "SELECT wr FROM pragma_table_list WHERE name=?", name).Scan(&apart); err != nil {
			return fmt.Errorf("layout of %s: %w", name, err)
		}
		// Without row ids, the columns of the key lie first.
		order := "cid"
		if apart {
			order = "pk=0, pk, cid"
		}
		rows, err := sc.db.QueryContext(ctx, "SELECT name, upper(type), \"notnull\" AND dflt_value IS NULL, pk FROM pragma_table_info(?) ORDER BY "+order, name)
		if err != nil {
			return err
		}
		l := &layout{table: name, hasID: !apart}
		for rows.Next() {
			var c layoutColumn
			var pk int
			if err := rows.Scan(&c.name, &c.typ, &c.required, &pk); err != nil {
				return errors.Join(err, rows.Close())
			}
			c.rowID = !apart && pk == 1 && c.typ == "INTEGER"
			c.required = (c.required || pk > 0) && !c.rowID
			l.columns = append(l.columns, c)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		sc.layouts[name] = l
	}
	return nil
}

// fits says whether a row can be one of the table.
func (l *layout) fits(r pagefile.Row) bool {
	if r.HasID != l.hasID || len(r.Values) > len(l.columns) {
		return false
	}
	for i, c := range l.columns {
		if i >= len(r.Values) {
			if c.required {
				return false
			}
			continue
		}
		switch v := r.Values[i].(type) {
		case nil:
			if c.required {
				return false
			}
		case int64:
			if c.typ != "INTEGER" || c.rowID {
				return false
			}
		case string:
			if c.typ != "TEXT" || !c.holds(l.table, v) {
				return false
			}
		case []byte:
			if c.typ != "BLOB" || c.name == "id" && len(v) != 16 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// holds tells phones from e-mails, whose tables look the same.
func (c layoutColumn) holds(table, v string) bool {
	switch {
	case c.name == "key" && table == "contact_phones":
		return strings.HasPrefix(v, "+")
	case c.name == "key" && table == "contact_emails":
		return strings.Contains(v, "@")
	case c.name == "key" && table == "field_choices":
		return CheckID("key", v) == nil
	}
	return true
}

// readFile brings every readable row of a file in: by the trees that the
// schema names, then from pages that no tree leads to any more.
func (sc *scratch) readFile(ctx context.Context, file *pagefile.File) error {
	conn, err := sc.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	for _, l := range sc.layouts {
		names := make([]string, len(l.columns))
		for i, c := range l.columns {
			names[i] = c.name
		}
		query := fmt.Sprintf("INSERT OR IGNORE INTO %s(%s) VALUES (?%s)", l.table, strings.Join(names, ","), strings.Repeat(",?", len(names)-1))
		if l.table == "refs" {
			query = refPairSQL
		}
		if l.insert, err = conn.PrepareContext(ctx, query); err != nil {
			return err
		}
		defer l.insert.Close()
	}
	var failed error
	keep := func(l *layout, r pagefile.Row) {
		if failed == nil {
			failed = sc.insert(ctx, l, r)
		}
	}
	objects := file.Schema()
	for _, o := range objects {
		if o.Type != "table" {
			continue
		}
		file.Walk(o.Root, func(r pagefile.Row) {
			switch l := sc.layouts[o.Name]; {
			case l != nil && l.fits(r):
				keep(l, r)
			default:
				keep(sc.classify(r), r)
			}
		})
	}
	for _, o := range objects {
		if o.Type == "index" {
			file.Walk(o.Root, func(r pagefile.Row) {
				if r.HasID {
					keep(sc.classify(r), r)
				} else if failed == nil {
					failed = sc.indexed(ctx, conn, o.Name, r)
				}
			})
		}
	}
	file.Strays(func(r pagefile.Row) { keep(sc.classify(r), r) })
	sc.bad = file.Unreadable()
	for _, c := range sc.clashes {
		if failed == nil {
			failed = sc.settle(ctx, conn, c)
		}
	}
	if failed == nil {
		failed = sc.chooseRefs(ctx, conn)
	}
	if failed == nil {
		failed = sc.complete(ctx, conn)
	}
	if failed != nil {
		return failed
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return err
	}
	return sc.old.refs.load(ctx, conn)
}

// indexed takes in an entry of an index on ids.
func (sc *scratch) indexed(ctx context.Context, conn *sql.Conn, index string, r pagefile.Row) error {
	name, ok := strings.CutPrefix(strings.TrimSuffix(index, "_1"), idIndex)
	if !ok || len(r.Values) != 2 {
		return nil
	}
	id, _ := r.Values[0].([]byte)
	rid, isInt := r.Values[1].(int64)
	if len(id) != 16 || !isInt {
		return nil
	}
	if name == "refs" {
		_, err := conn.ExecContext(ctx, refPairSQL, rid, id)
		return err
	}
	for _, t := range sc.old.tables {
		if t.name == name {
			_, err := conn.ExecContext(ctx, "INSERT OR IGNORE INTO found_ids(id,kind,rid) VALUES (?,?,?)", id, int(t.kind), rid)
			return err
		}
	}
	return nil
}

// classify finds the one table that a row can be of, nil when there is none or
// more than one.
func (sc *scratch) classify(r pagefile.Row) *layout {
	if len(r.Values) < strayColumns {
		return nil
	}
	var found *layout
	for _, l := range sc.layouts {
		if l.fits(r) {
			if found != nil {
				return nil
			}
			found = l
		}
	}
	return found
}

func (sc *scratch) insert(ctx context.Context, l *layout, r pagefile.Row) error {
	if l == nil {
		return nil
	}
	args := make([]any, len(l.columns))
	for i, c := range l.columns {
		switch {
		case c.rowID:
			args[i] = r.ID
		case i < len(r.Values):
			if text, ok := r.Values[i].(string); ok {
				args[i] = strings.ToValidUTF8(text, "\ufffd")
			} else {
				args[i] = r.Values[i]
			}
		}
	}
	sc.rows++
	done, err := l.insert.ExecContext(ctx, args...)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if n == 0 && l.hasID {
		sc.clashes = append(sc.clashes, clash{l, args})
	}
	return err
}

// complete reads from one place what another lost: a lead's tags and a
// contact's first phone and e-mail stand in their rows, too.
func (sc *scratch) complete(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, `
		INSERT OR IGNORE INTO contact_phones(owner,key,label,pos,match) SELECT rid,phone,'',0,'' FROM contacts WHERE phone<>'';
		INSERT OR IGNORE INTO contact_emails(owner,key,label,pos,match) SELECT rid,email,'',0,'' FROM contacts WHERE email<>''`); err != nil {
		return err
	}
	return mendTags(ctx, conn)
}

// noTags is true of leads whose tags make no list " 3 7 ".
const noTags = "tag_refs <> '' AND (tag_refs GLOB '*[^0-9 ]*' OR tag_refs GLOB '*  *' OR tag_refs GLOB '* 0*' OR tag_refs NOT GLOB ' *[0-9] ')"

// mendTags writes the tags that a lead's row repeats anew where they make no
// list: reading the lead would fail.
func mendTags(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `UPDATE leads SET tag_refs = coalesce((SELECT ' ' || group_concat(tag, ' ' ORDER BY tag) || ' ' FROM lead_tags WHERE owner = rid), '')
		WHERE `+noTags)
	return err
}
