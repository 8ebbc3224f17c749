package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// pragma is one setting of a connection, in the order in which it is set.
type pragma struct{ name, set, read string }

// pragmas of every connection. The driver ignores names it doesn't know, so
// each is read back and the program refuses to run on a mismatch.
var pragmas = []pragma{
	{"busy_timeout", "5000", "5000"},               // first: the others may have to wait
	{"journal_mode", "WAL", "wal"},                 // readers don't wait for the writer
	{"synchronous", "FULL", "2"},                   // NORMAL lost 63 acknowledged writes in a simulated power cut
	{"foreign_keys", "1", "1"},                     //
	{"journal_size_limit", "67108864", "67108864"}, // a big import's log is given back
	{"temp_store", "MEMORY", "2"},                  // no customer's name in a temporary file
	{"cache_size", "-32000", "-32000"},             // 32 MB a connection
	{"trusted_schema", "0", "0"},                   // a hostile file's schema runs no function
	{"cell_size_check", "1", "1"},                  // damage is found earlier
	{"secure_delete", "1", "1"},                    // what was purged is gone from the file
	{"mmap_size", "0", "0"},                        // an I/O error is an error, not a crash
	{"wal_autocheckpoint", "2000", "2000"},         // 8 MB
}

// readerPragmas are pragmas as the readers have them: less cache, no writing.
func readerPragmas() []pragma {
	list := slices.Clone(pragmas)
	i := slices.IndexFunc(list, func(p pragma) bool { return p.name == "cache_size" })
	list[i] = pragma{"cache_size", "-8000", "-8000"}
	return append(list, pragma{"query_only", "1", "1"})
}

// dsn names a database file with the settings of a writer or a reader.
func dsn(path string, reader bool) string {
	options, list := []string{"_dqs=0"}, pragmas
	if reader {
		list = readerPragmas()
	} else {
		options = append(options, "_txlock=immediate")
	}
	for _, p := range list {
		options = append(options, fmt.Sprintf("_pragma=%s(%s)", p.name, p.set))
	}
	return fileURI(path) + "?" + strings.Join(options, "&")
}

// asideDSN names a file for reading without changing a byte of it. A snapshot
// has no log and nobody writes it, which immutable says.
func asideDSN(path string, immutable bool) string {
	uri := fileURI(path) + "?mode=ro&_dqs=0&_pragma=busy_timeout(5000)&_pragma=temp_store(MEMORY)&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)"
	if immutable {
		uri += "&immutable=1"
	}
	return uri
}

// fileURI names a file as SQLite reads URIs: ?, # and % in a folder's name are
// escaped, and a drive's letter stands behind a slash.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if len(path) > 1 && path[1] == ':' {
		path = "/" + path
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath()
}

// checkPragmas reads the settings back.
func checkPragmas(ctx context.Context, conn *sql.Conn, list []pragma) error {
	for _, p := range list {
		var got string
		if err := conn.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			if p.name == "mmap_size" && err == sql.ErrNoRows {
				continue // answers no row where it is compiled out
			}
			return fmt.Errorf("read PRAGMA %s: %w", p.name, err)
		}
		if !strings.EqualFold(got, p.read) {
			return fmt.Errorf("PRAGMA %s is %s, not %s", p.name, got, p.read)
		}
	}
	return nil
}
