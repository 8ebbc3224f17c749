//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOnlyTheFoldersOwnerReachesTheSocket(t *testing.T) {
	p, _ := stocked(t, "")
	for _, name := range []string{".", "admin.sock", "hub.key", "hub.db", "hub.ledger"} {
		st, err := os.Stat(filepath.Join(p.dir, name))
		if err != nil || st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
}
