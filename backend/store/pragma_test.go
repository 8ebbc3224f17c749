package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// A driver that didn't know a setting, or stopped knowing it, would say
// nothing: the program must notice by itself.
func TestASettingThatDidNotTakeIsRefused(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), FileName)
	other := map[string]string{
		"busy_timeout": "1", "journal_mode": "DELETE", "synchronous": "NORMAL", "foreign_keys": "0", "journal_size_limit": "1", "temp_store": "FILE",
		"cache_size": "-1", "trusted_schema": "1", "cell_size_check": "0", "secure_delete": "0", "mmap_size": "1048576", "wal_autocheckpoint": "1", "query_only": "0",
	}
	for _, reader := range []bool{false, true} {
		list := pragmas
		if reader {
			list = readerPragmas()
		}
		for _, p := range list {
			t.Run(p.name, func(t *testing.T) {
				uri := strings.Replace(dsn(path, reader), "_pragma="+p.name+"("+p.set+")", "_pragma="+p.name+"("+other[p.name]+")", 1)
				db, err := sql.Open("sqlite", uri)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				conn, err := db.Conn(ctx)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if err := checkPragmas(ctx, conn, list); err == nil || !strings.Contains(err.Error(), p.name) {
					t.Errorf("got %v", err)
				}
			})
		}
		db, err := sql.Open("sqlite", dsn(path, reader))
		if err != nil {
			t.Fatal(err)
		}
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkPragmas(ctx, conn, list); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
