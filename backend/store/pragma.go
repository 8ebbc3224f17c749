package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
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

// dsn names a database file with its settings.
func dsn(path string, reader bool) string {
	var b strings.Builder
	b.WriteString("file:" + (&url.URL{Path: path}).EscapedPath() + "?_dqs=0")
	if reader {
		b.WriteString("&_pragma=query_only(1)")
	} else {
		b.WriteString("&_txlock=immediate")
	}
	for _, p := range pragmas {
		value := p.set
		if reader && p.name == "cache_size" {
			value = "-8000"
		}
		fmt.Fprintf(&b, "&_pragma=%s(%s)", p.name, value)
	}
	return b.String()
}

// checkPragmas reads the settings back.
func checkPragmas(ctx context.Context, conn *sql.Conn) error {
	for _, p := range pragmas {
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
