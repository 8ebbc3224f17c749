package pagefile

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// content is what a test database holds: rows by table, as SQLite reads them.
type content map[string][]string

var names = []string{"narrow", "wide", "keyed"}

// makeDatabase fills a database with rows of every size and type. Its log, if
// any, is kept beside it by copying both while it is open.
func makeDatabase(t testing.TB, path string, pageSize int, r *rand.Rand) content {
	t.Helper()
	live := filepath.Join(t.TempDir(), "live.db")
	db, err := sql.Open("sqlite", "file:"+live+"?_pragma=secure_delete(1)&_pragma=wal_autocheckpoint(0)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(fmt.Sprintf("PRAGMA page_size=%d; PRAGMA journal_mode=WAL", pageSize))
	exec(`CREATE TABLE narrow (id INTEGER PRIMARY KEY, a INTEGER, b REAL);
		CREATE TABLE wide (id INTEGER PRIMARY KEY, t TEXT, b BLOB, n INTEGER);
		CREATE TABLE keyed (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID;
		CREATE INDEX wide_t ON wide(t)`)
	ints := []int64{0, 1, -1, 127, -128, 32767, -32768, 1 << 23, -(1 << 23) - 1, 1 << 31, -(1 << 40), 1 << 46, 1<<47 - 1, 1 << 47, 1<<63 - 1, -1 << 63}
	exec("BEGIN")
	for i := range 600 {
		exec("INSERT OR IGNORE INTO narrow VALUES (?,?,?)", r.Int64()>>uint(r.IntN(60)), ints[i%len(ints)], r.NormFloat64())
		exec("INSERT INTO wide VALUES (?,?,?,?)", nil, fmt.Sprintf("ã%0*d", r.IntN(3*pageSize), i), make([]byte, r.IntN(9)), nil)
		exec("INSERT OR REPLACE INTO keyed VALUES (?,?)", fmt.Sprintf("%0*d", 1+r.IntN(pageSize), i), []byte(fmt.Sprint(i)))
		if i%100 == 0 {
			exec("COMMIT")
		}
		if i == 300 {
			exec("PRAGMA wal_checkpoint(TRUNCATE)")
		}
		if i%100 == 0 {
			exec("BEGIN")
		}
	}
	exec("COMMIT")
	exec("DELETE FROM wide WHERE id%7=0; UPDATE narrow SET a=7 WHERE id%3=0; DELETE FROM keyed WHERE length(k)%5=0")
	want := content{}
	for _, name := range names {
		rows, err := db.Query("SELECT * FROM " + name)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			values, dest := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			if err := rows.Scan(dest...); err != nil {
				t.Fatal(err)
			}
			want[name] = append(want[name], show(values))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(want[name])
	}
	var actual int
	if err := db.QueryRow("PRAGMA page_size").Scan(&actual); err != nil || actual != pageSize {
		t.Fatalf("page size %d, %v", actual, err)
	}
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(live + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return want
}

func show(values []any) string {
	out := ""
	for _, v := range values {
		if s := reflect.ValueOf(v); v != nil && s.Kind() == reflect.Slice && s.Len() == 0 {
			v = []byte{}
		}
		out += fmt.Sprintf("%T %v|", v, v)
	}
	return out
}

// read answers the rows of the tables that the schema names, and the stray ones.
func read(t testing.TB, path string) (got content, strays []string) {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got = content{}
	for _, o := range f.Schema() {
		f.Walk(o.Root, func(r Row) {
			if o.Type == "table" {
				got[o.Name] = append(got[o.Name], showRow(r))
			}
		})
	}
	f.Strays(func(r Row) { strays = append(strays, showRow(r)) })
	for name := range got {
		slices.Sort(got[name])
	}
	return got, strays
}

func showRow(r Row) string {
	values := slices.Clone(r.Values)
	if r.HasID && len(values) > 0 && values[0] == nil {
		values[0] = r.ID
	}
	return show(values)
}

func TestAWholeFileReadsAsSQLiteReadsIt(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for _, pageSize := range []int{512, 1024, 4096, 65536} {
		t.Run(fmt.Sprint(pageSize), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			want := makeDatabase(t, path, pageSize, rand.New(rand.NewPCG(seed, uint64(pageSize))))
			got, strays := read(t, path)
			for _, name := range names {
				if !slices.Equal(got[name], want[name]) {
					t.Errorf("%s: %d rows, want %d", name, len(got[name]), len(want[name]))
				}
			}
			if len(strays) > 0 {
				t.Errorf("%d rows on stray pages, such as %.200s", len(strays), strays[0])
			}
			// Without its log, or with a torn one, it reads as at an earlier commit,
			// never as between two.
			torn, err := os.ReadFile(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			torn[len(torn)/2] ^= 1
			if err := os.WriteFile(path+"-wal", torn, 0o600); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", "file:"+path)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			got, _ = read(t, path)
			for _, name := range names {
				var n int
				if err := db.QueryRow("SELECT count(*) FROM " + name).Scan(&n); err != nil {
					t.Fatal(err)
				}
				if n != len(got[name]) || n == len(want[name]) && name == "wide" {
					t.Errorf("%s with half a log: %d rows, SQLite has %d", name, len(got[name]), n)
				}
			}
		})
	}
}

// Losing an interior page costs no row; losing a leaf costs that leaf's.
func TestOnlyDamagedPagesAreLost(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 3))
	path := filepath.Join(t.TempDir(), "x.db")
	want := makeDatabase(t, path, 1024, r)
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query("SELECT pageno FROM dbstat WHERE pagetype='internal' AND name IN ('narrow','wide') ORDER BY random() LIMIT 4")
	if err != nil {
		t.Fatal(err)
	}
	var interior []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		interior = append(interior, n)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range append(interior, 1) {
		clear(b[(n-1)*1024 : n*1024])
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if objects := f.Schema(); len(objects) > 0 {
		t.Errorf("page 1 is gone and names %v", objects)
	}
	// The header is gone with its page size: it is told by the log or is 4096.
	f.size, f.usable, f.pages = 1024, 1024, uint32(len(b)/1024)
	f.seen = make([]bool, f.pages+1)
	found := map[string]bool{}
	f.Strays(func(r Row) { found[showRow(r)] = true })
	for _, name := range []string{"narrow", "wide"} {
		for _, row := range want[name] {
			if !found[row] {
				t.Errorf("%s lost %.100s", name, row)
			}
		}
	}
}

func FuzzOpen(f *testing.F) {
	for _, size := range []int{512, 1024} {
		path := filepath.Join(f.TempDir(), "x.db")
		makeDatabase(f, path, size, rand.New(rand.NewPCG(1, 2)))
		db, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		log, err := os.ReadFile(path + "-wal")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(db[:min(len(db), 40<<10)], log[:min(len(log), 40<<10)])
	}
	f.Add([]byte{}, []byte{})
	f.Add([]byte(magic+"\x10\x00\x01\x01\x00\x40\x20\x20"), []byte("7\x7f\x06\x82"))
	f.Fuzz(func(t *testing.T, db, log []byte) {
		path := filepath.Join(t.TempDir(), "x.db")
		if err := os.WriteFile(path, db, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+"-wal", log, 0o600); err != nil {
			t.Fatal(err)
		}
		read(t, path) // whatever the bytes: it ends and doesn't panic
	})
}
