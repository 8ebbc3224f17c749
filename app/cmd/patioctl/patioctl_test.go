package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patio/app/version"
	"patio/backend/crm"
)

// try runs one command line.
func try(t *testing.T, args ...string) (exit int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	exit = run(t.Context(), args, &o, &e)
	return exit, o.String(), e.String()
}

// tryJSON runs one and decodes its only JSON object into into.
func tryJSON(t *testing.T, into any, args ...string) (exit int) {
	t.Helper()
	exit, out, errOut := try(t, append(args, "--json")...)
	dec := json.NewDecoder(strings.NewReader(out))
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%v: %v in %q (%s)", args, err, out, errOut)
	}
	if _, err := dec.Token(); err != io.EOF {
		t.Errorf("%v: more than one object: %q", args, out)
	}
	return exit
}

func TestVersion(t *testing.T) {
	exit, out, _ := try(t, "version")
	if exit != exitDone || !strings.HasPrefix(out, "patioctl "+version.Number) {
		t.Errorf("%d %q", exit, out)
	}
	var about struct{ Version string }
	if exit := tryJSON(t, &about, "version"); exit != exitDone || about.Version != version.Number {
		t.Errorf("%d %+v", exit, about)
	}
}

func TestAWrongCommandLineIsToldInBothForms(t *testing.T) {
	for _, args := range [][]string{{"sell"}, {"version", "now"}, {"version", "--fast"}, {"serve"}, {"serve", "--data"}} {
		exit, out, errOut := try(t, args...)
		if exit != exitUsage || out != "" || !strings.HasPrefix(errOut, "patioctl: ") {
			t.Errorf("%v: %d %q %q", args, exit, out, errOut)
		}
	}
	for _, args := range [][]string{{"sell"}, {"version", "now"}, {"version", "--fast"}, {"serve"}} {
		var f failure
		if exit := tryJSON(t, &f, args...); exit != exitUsage || f.Error.Code != CodeUsage || f.Error.Message == "" {
			t.Errorf("%v: %d %+v", args, exit, f)
		}
	}
}

func TestAFailureAfterAResultLeavesOneObject(t *testing.T) {
	var out, errOut bytes.Buffer
	term := &terminal{out: &out, err: &errOut, json: true}
	if err := term.answer(map[string]int{"leads": 1}, ""); err != nil {
		t.Fatal(err)
	}
	term.fail(crm.NewError(crm.CodeInternal, "").Because(errors.New("late")))
	if out.String() != "{\"leads\":1}\n" || !strings.Contains(errOut.String(), "late") {
		t.Errorf("%q %q", out.String(), errOut.String())
	}
}

// serving starts serve and answers the address that it prints.
func serving(t *testing.T, dir string) (address string, stop func() (exit int)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, []string{"serve", "--data", dir}, write, io.Discard)
		write.Close()
	}()
	line, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		cancel()
		t.Fatalf("serve ended with %d: %v", <-exit, err)
	}
	go func() { _, _ = io.Copy(io.Discard, read) }()
	return strings.TrimSpace(line), func() int { cancel(); return <-exit }
}

func TestServeAnswersUntilInterrupted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	address, stop := serving(t, dir)
	if !strings.HasPrefix(address, "http://127.0.0.1:") || !strings.Contains(address, "/?token=") {
		t.Fatalf("printed %q", address)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusSeeOther {
		t.Errorf("status %d", response.StatusCode)
	}
	if exit := stop(); exit != exitDone {
		t.Errorf("exit %d after an interrupt", exit)
	}
	if response, err := client.Get(address); err == nil {
		response.Body.Close()
		t.Error("still answers")
	}
	if _, err := os.Stat(filepath.Join(dir, "transfer")); !os.IsNotExist(err) {
		t.Errorf("the folder for transfers is still there: %v", err)
	}
	// The database was let go: a second run takes it.
	_, stop = serving(t, dir)
	if exit := stop(); exit != exitDone {
		t.Errorf("second run: exit %d", exit)
	}
}

func TestASecondProcessIsToldThatTheDatabaseIsHeld(t *testing.T) {
	dir := t.TempDir()
	_, stop := serving(t, dir)
	defer stop()
	var f failure
	if exit := tryJSON(t, &f, "serve", "--data", dir); exit != exitLocked || f.Error.Code != crm.CodeLocked {
		t.Errorf("%d %+v", exit, f)
	}
}

func TestServeRefusesToListenToOtherMachines(t *testing.T) {
	var f failure
	if exit := tryJSON(t, &f, "serve", "--data", t.TempDir(), "--addr", "0.0.0.0:0"); exit != exitRefused || f.Error.Code != "web.loopback" {
		t.Errorf("%d %+v", exit, f)
	}
}
