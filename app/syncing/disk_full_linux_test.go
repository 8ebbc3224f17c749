package syncing

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"patio/backend/crm"
	"patio/backend/leads"
)

func TestAFullDiskAtTheHubLosesNothingAndAllGoesOnceThereIsSpace(t *testing.T) {
	dir := shortDir(t)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=12m"); err != nil {
		t.Fatalf("mount a tmpfs (root is needed): %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	hub := newServerIn(t, dir)
	a, b := newPC(t), newPC(t)
	a.join(hub.code())
	b.join(hub.code())
	sync := func(p *pc) error { _, err := p.sync.Sync(t.Context()); return err }
	for _, p := range []*pc{a, b, a} {
		if err := sync(p); err != nil {
			t.Fatal(err)
		}
	}
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, int64(fs.Bavail)*fs.Bsize-300<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for full := false; !full; {
		if len(ids) > 5000 {
			t.Fatal("the hub's disk is never full")
		}
		for range 50 {
			note := strings.Repeat(fmt.Sprint("Rua das Palmeiras ", len(ids)), 20)
			done, err := leads.Create(t.Context(), a.store, leads.New{Name: fmt.Sprint("Ana ", len(ids)), Phone: fmt.Sprint("119", 60_000_000+len(ids)), Vehicle: "Gol", Subject: note[:200]})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, done.IDs...)
		}
		full = sync(a) != nil
	}
	if st := a.status(); st.Phase != PhaseOffline || st.Waiting == 0 || st.Failure == nil {
		t.Errorf("%+v", st)
	}
	if crm.CodeOf(sync(a)) == "" {
		t.Error("it syncs on a full disk")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*pc{a, b} {
		if err := sync(p); err != nil {
			t.Fatal(err)
		}
	}
	if st := a.status(); st.Waiting != 0 || st.Conflicts+st.Refused != 0 {
		t.Errorf("%+v", st)
	}
	for _, id := range ids {
		if b.vehicle(id) != "Gol" {
			t.Fatalf("lead %s is lost", id)
		}
	}
}
