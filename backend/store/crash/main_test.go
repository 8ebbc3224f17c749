//go:build linux

// Package crash_test holds the store to its promise that what was acknowledged
// is kept: its process is killed, its machine loses power. Both run on Linux,
// where a process's writes can be traced; the store's own tests run elsewhere, too.
package crash_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"patio/backend/setup"
	"patio/backend/sheet"
	"patio/backend/store"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	if sheet.IsChild(os.Args) {
		os.Exit(sheet.ChildMain(os.Args, os.Stdin, os.Stdout))
	}
	if role := os.Getenv(childRole); role != "" {
		if err := runChild(role); err != nil {
			fmt.Fprintln(os.Stderr, role+":", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// count answers how often a test repeats: an environment variable, or full.
// SQLite is Go here and runs ten times slower under the race detector, which
// finds in a tenth of the rounds what there is to find: a tenth it is.
func count(t testing.TB, name string, full int) int {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		if raceDetector {
			return full / 10
		}
		return full
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no count", name, v)
	}
	return n
}

// seeded answers randomness whose seed the test prints; PATIO_SEED repeats one.
func seeded(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if v := os.Getenv("PATIO_SEED"); v != "" {
		var err error
		if seed, err = strconv.ParseUint(v, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("PATIO_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// memory answers a folder in memory where there is one. Neither a kill nor a
// replayed trace asks anything of this machine's disk.
func memory(t testing.TB) string {
	t.Helper()
	parent := os.TempDir()
	if st, err := os.Stat("/dev/shm"); err == nil && st.IsDir() {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "patio-crash-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func openDir(dir string) (*store.Store, error) {
	return store.Open(ctx, store.Config{Dir: dir, Log: zerolog.Nop()})
}

// emptyFolder makes a data folder before its first start. A ballast is there:
// 8 MB of noise would take most of a short run's time and be no part of it.
func emptyFolder(t testing.TB, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/patio.ballast", []byte("ballast"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startedFolder makes the data folder of a shop with its day's snapshot.
func startedFolder(t testing.TB, dir string) {
	t.Helper()
	emptyFolder(t, dir)
	s, err := openDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := start(s); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TakeSnapshot(ctx, store.SnapshotDaily); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func start(s *store.Store) error {
	return setup.Start(ctx, s, setup.First{Language: "pt-BR", ShopName: "Dois Irmãos", UserName: "Carla"})
}
