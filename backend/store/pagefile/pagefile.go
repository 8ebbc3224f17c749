// Package pagefile reads rows out of a damaged SQLite file, page by page and
// without SQLite, which gives up a whole tree for one bad page in it. It opens
// the file for reading only, takes in what was committed to the log beside it,
// and knows nothing of what the rows mean.
//
// The format is SQLite's own: https://www.sqlite.org/fileformat2.html.
package pagefile

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
)

const (
	magic           = "SQLite format 3\x00"
	defaultPageSize = 4096 // of a file whose header is gone
	maxDepth        = 24   // of a tree: far more than a disk can hold
)

// File is a database file and its log.
type File struct {
	main, log *os.File
	size      int    // bytes of a page
	usable    int    // bytes of a page that hold content
	pages     uint32 // in the last committed state
	logged    map[uint32]int64

	seen  []bool          // pages that a walked tree led to
	roots map[uint32]bool // of the trees that the schema names
	bad   int             // pages that a tree named and that hold nothing readable
}

// Row is one row of a table, or one entry of an index or of a table without
// row ids.
type Row struct {
	ID     int64 // the row id; 0 where there are none
	HasID  bool
	Values []any  // nil, int64, float64, string or []byte, in the order on disk; a row id's own column is nil
	Page   uint32 // where it lies
}

// Open opens a database file, and its log where there is one. The file must
// not be open in SQLite in this process.
func Open(path string) (*File, error) {
	main, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	f := &File{main: main, roots: map[uint32]bool{}}
	if err := f.read(path); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *File) read(path string) (err error) {
	head := make([]byte, 100)
	if _, err := f.main.ReadAt(head, 0); ignoreEOF(err) != nil {
		return err
	}
	reserved := 0
	if f.size = int(binary.BigEndian.Uint16(head[16:])); f.size == 1 {
		f.size = 65536
	}
	if string(head[:16]) == magic && validPageSize(f.size) {
		reserved = int(head[20])
	} else {
		f.size = defaultPageSize
	}
	if f.log, err = os.Open(path + "-wal"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		logged, size, pages, err := readLog(f.log)
		if err != nil {
			return err
		}
		if len(logged) > 0 {
			f.logged, f.size, f.pages = logged, size, pages
		}
	}
	if f.usable = f.size - reserved; f.usable < 480 {
		f.usable = f.size
	}
	if f.pages == 0 {
		st, err := f.main.Stat()
		if err != nil {
			return err
		}
		f.pages = uint32(min((st.Size()+int64(f.size)-1)/int64(f.size), 1<<31))
	}
	f.seen = make([]bool, int64(f.pages)+1)
	return nil
}

func validPageSize(n int) bool { return n >= 512 && n <= 65536 && n&(n-1) == 0 }

// Close closes the files.
func (f *File) Close() error {
	if f.log != nil {
		return errors.Join(f.main.Close(), f.log.Close())
	}
	return f.main.Close()
}

// Pages is how many pages the file has.
func (f *File) Pages() int { return int(f.pages) }

// Unreadable is how many pages the walked trees named that hold nothing readable.
func (f *File) Unreadable() int { return f.bad }

// page answers a page's bytes; what the file lacks is zero. nil when there is
// no such page or it can't be read.
func (f *File) page(n uint32) []byte {
	if n == 0 || n > f.pages {
		return nil
	}
	b := make([]byte, f.size)
	var err error
	if at, ok := f.logged[n]; ok {
		_, err = f.log.ReadAt(b, at)
	} else {
		_, err = f.main.ReadAt(b, int64(n-1)*int64(f.size))
	}
	if ignoreEOF(err) != nil {
		return nil
	}
	return b
}

// take is page for one that belongs to a tree; nil when it was taken before,
// so that a damaged pointer leads into no circle.
func (f *File) take(n uint32) []byte {
	if n == 0 || n > f.pages || f.seen[n] {
		return nil
	}
	f.seen[n] = true
	return f.page(n)
}

// Object is a line of the schema.
type Object struct {
	Type string // "table", "index"; views and triggers have no tree and are left out
	Name string
	Root uint32
}

// Schema answers the objects that page 1 and what it leads to still name.
func (f *File) Schema() []Object {
	var out []Object
	f.Walk(1, func(r Row) {
		if len(r.Values) != 5 {
			return
		}
		typ, _ := r.Values[0].(string)
		name, _ := r.Values[1].(string)
		root, _ := r.Values[3].(int64)
		if (typ == "table" || typ == "index") && root > 1 && root <= int64(f.pages) {
			out = append(out, Object{typ, name, uint32(root)})
			f.roots[uint32(root)] = true
		}
	})
	return out
}

// Walk calls row with each readable row of the tree at a page.
func (f *File) Walk(root uint32, row func(Row)) { f.walk(root, 0, 0, row) }

// Strays calls row with each row on pages that no walked tree led to: the
// pages below a damaged one. Walk all trees first. A page onto which a long row
// flows over begins with a page's number and is taken for no other.
func (f *File) Strays(row func(Row)) {
	for n := uint32(1); n <= f.pages; n++ {
		if f.seen[n] {
			continue
		}
		b := f.page(n)
		if b == nil {
			continue
		}
		switch b[start(n)] {
		case tableLeaf, indexLeaf, indexInterior:
			f.rows(n, b, b[start(n)], row)
		}
	}
}
