package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/app/hubd"
	"patio/app/syncing"
	"patio/backend/crm"
	"patio/backend/replica"
)

// hubOf serves a hub and answers how to get a code of it, and how to stop it.
func hubOf(t *testing.T) (code func() string, stop func()) {
	t.Helper()
	dir, err := os.MkdirTemp("", "h") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	hub, err := hubd.Open(t.Context(), hubd.Config{Dir: dir, Policy: replica.Policy{}, Log: zerolog.Nop(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan hubd.Served, 1), make(chan error, 1)
	go func() {
		ended <- hub.Serve(ctx, hubd.Serving{Listen: "127.0.0.1:0"}, func(at hubd.Served) error { ready <- at; return nil })
	}()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() {
		stop()
		if err := hub.Close(); err != nil {
			t.Error(err)
		}
		_ = os.RemoveAll(dir)
	})
	select {
	case <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	var made any
	if err := hub.Call(t.Context(), hubd.CreateWorkspace, hubd.Named{Name: "Loja"}, &made); err != nil {
		t.Fatal(err)
	}
	if err := hub.Call(t.Context(), hubd.AddUser, hubd.NewUser{Workspace: "Loja", Name: "Rui", Role: "admin"}, &made); err != nil {
		t.Fatal(err)
	}
	return func() string {
		var e hubd.Enrolled
		if err := hub.Call(t.Context(), hubd.Enroll, hubd.Enrolment{Workspace: "Loja", User: "Rui", Hours: 1}, &e); err != nil {
			t.Fatal(err)
		}
		return e.Code
	}, stop
}

func TestTwoDatabasesAgreeThroughAHub(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	code, stop := hubOf(t)
	a, b := seeded(t, 20), seeded(t, 1)
	for _, dir := range []string{a, b} {
		if r := must[joinResult](t, "join", "--data", dir, "--name", "Balcão", code()); r.Device != "Balcão" || r.Hub == "" || r.Waiting == 0 {
			t.Errorf("%+v", r)
		}
	}
	if r := must[syncResult](t, "sync", "--data", a, "--once"); r.Pushed < 40 || r.Waiting != 0 {
		t.Errorf("%+v", r)
	}
	if r := must[syncResult](t, "sync", "--data", b, "--once"); r.Pulled < 40 || r.Waiting != 0 {
		t.Errorf("%+v", r)
	}
	must[syncResult](t, "sync", "--data", a, "--once")
	digest := func(dir string) string { return must[checkup](t, "doctor", "--data", dir).Digest }
	if one, other := digest(a), digest(b); one == "" || one != other {
		t.Errorf("they differ: %s and %s", one, other)
	}
	if r := must[syncResult](t, "sync", "--data", a, "--once"); r.Pushed != 0 || r.Pulled != 0 {
		t.Errorf("a sync of what agrees moved %+v", r)
	}
	if r := must[syncResult](t, "sync", "--data", b, "--once", "--compare"); r.Pushed != 0 || r.Pulled != 0 || r.Healed != 0 {
		t.Errorf("comparing what agrees did %+v", r)
	}
	stop()
	refuses(t, exitRefused, syncing.CodeUnreachable, "sync", "--data", a, "--once")
}

func TestJoinAndSyncSayWhatIsWrong(t *testing.T) {
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	code, _ := hubOf(t)
	dir := seeded(t, 3)
	refuses(t, exitRefused, syncing.CodeNotJoined, "sync", "--data", dir, "--once")
	refuses(t, exitUsage, CodeUsage, "join", "--data", dir)
	refuses(t, exitUsage, CodeUsage, "join", code())
	refuses(t, exitNotFound, crm.CodeNotFound, "join", "--data", t.TempDir(), code())
	good := code()
	wrong := strings.Replace(good, good[10:11], map[bool]string{true: "7", false: "8"}[good[10] != '7'], 1)
	refuses(t, exitRefused, "sync.code", "join", "--data", dir, wrong)
	must[joinResult](t, "join", "--data", dir, good)
	refuses(t, exitRefused, "sync.invite", "join", "--data", seeded(t, 3), good)
	refuses(t, exitRefused, syncing.CodeJoined, "join", "--data", dir, code())
}
