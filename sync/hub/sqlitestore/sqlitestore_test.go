package sqlitestore

import (
	"path/filepath"
	"testing"

	"patio/sync/hub"
	"patio/sync/hub/storetest"
)

func TestTheStoreKeepsItsContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) hub.Store {
		s, err := Open(t.Context(), filepath.Join(t.TempDir(), "a #hub?.db"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}
