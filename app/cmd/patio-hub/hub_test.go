package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patio/app/hubd"
	"patio/app/version"
	"patio/backend/crm"
	"patio/sync/client"
	"patio/sync/enroll"
	"patio/sync/protocol"
)

// stocked is a hub that serves one workspace with an admin and a seller.
func stocked(t *testing.T, database string) (*place, *process) {
	t.Helper()
	p := newPlace(t, database)
	p.must("workspace", "create", "Dois Irmãos")
	p.must("user", "add", "--workspace", "dois irmãos", "--name", "Carla", "--role", "admin")
	p.must("user", "add", "--workspace", "Dois Irmãos", "--name", "Rui", "--role", "seller")
	return p, p.local()
}

func TestADeviceJoinsWithItsCodeAndSyncs(t *testing.T) {
	p, hub := stocked(t, "")
	code := p.enrolled("Dois Irmãos", "carla")
	if len(code.Addresses) != 1 || code.Addresses[0] != "https://"+hub.at.Listen || fmt.Sprintf("%x", code.Pin) != hub.at.Pin {
		t.Fatalf("%+v of %+v", code, hub.at)
	}
	admin := join(t, code)
	seller := join(t, p.enrolled("Dois Irmãos", "Rui"))
	heard := make(chan struct{}, 10)
	ended := make(chan error, 1)
	go func() {
		ended <- seller.wire.Listen(t.Context(), client.Meta{Workspace: seller.ask.Workspace, Replica: seller.ask.Replica}, func(*protocol.Word) { heard <- struct{}{} })
	}()
	await(t, heard, "the stream's beginning")
	admin.pushed(admin.lead(leadID(1, 1), "Gol"))
	await(t, heard, "what the admin pushed")
	if got := seller.sees(); got[leadID(1, 1)] != "Gol" {
		t.Errorf("the seller sees %v", got)
	}

	// The code was good once.
	_, err := wireOf(t, code).Join(t.Context(), code.Secret, "Outro", client.Meta{})
	wantCode(t, "a used code", err, protocol.CodeInvite)

	// Another key is a stranger's, and hears nothing.
	stranger := p.enrolled("Dois Irmãos", "Rui")
	stranger.Pin = make([]byte, 32)
	_, err = wireOf(t, stranger).Join(t.Context(), stranger.Secret, "Outro", client.Meta{})
	wantCode(t, "another certificate", err, protocol.CodeCertificate)

	// The hub asks the policy.
	answer, err := seller.push(t.Context(), once, seller.made(crm.KindSetting, leadID(2, 2), "zone"))
	if err != nil || answer.Verdicts[0].Status != protocol.Refused || answer.Verdicts[0].Reason != "policy.role" {
		t.Errorf("a seller's setting: %+v, %v", answer, err)
	}

	devices := ask[struct{ Devices []hubd.Device }](p, "device", "list", "--workspace", "Dois Irmãos")
	if len(devices.Devices) != 2 || devices.Devices[0].State != "active" {
		t.Errorf("%+v", devices)
	}
	p.must("device", "revoke", fmt.Sprint(seller.ask.Replica), "--workspace", "Dois Irmãos")
	_, err = seller.push(t.Context(), once, seller.lead(leadID(2, 1), "Uno"))
	wantCode(t, "a revoked device", err, protocol.CodeRevoked)

	// A stream that is open doesn't keep the hub from ending, nor from closing well.
	if exit := hub.stop(); exit != exitDone {
		t.Errorf("exit %d\n%s", exit, hub.log)
	}
	if err := <-ended; err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	for _, end := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(filepath.Join(p.dir, "hub.db"+end)); !os.IsNotExist(err) {
			t.Errorf("hub.db%s was left: %v", end, err)
		}
	}
}

func await(t *testing.T, heard <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-heard:
	case <-time.After(30 * time.Second):
		t.Fatal("not heard: ", what)
	}
}

func TestAPersonWhoMovesSeesTheOtherShop(t *testing.T) {
	p, _ := stocked(t, "")
	const norte = "01900000-0000-7000-8000-0000000000a1"
	admin, seller := join(t, p.enrolled("Dois Irmãos", "Carla")), join(t, p.enrolled("Dois Irmãos", "Rui"))
	admin.pushed(admin.made(crm.KindShop, [16]byte{0x01, 0x90, 6: 0x70, 8: 0x80, 15: 0xa1}, "Norte"), admin.lead(leadID(1, 1), "Gol"))
	if got := seller.sees(); len(got) != 1 {
		t.Fatalf("%v", got)
	}
	set := []string{"user", "set", "--workspace", "Dois Irmãos", "--user", "Rui"}
	if u := ask[hubd.User](p, append(set, "--shop", "norte")...); len(u.Shops) != 1 || u.Shops[0] != norte || u.Role != "seller" {
		t.Errorf("%+v", u)
	}
	if got := seller.sees(); len(got) != 0 {
		t.Errorf("still sees %v", got)
	}
	ask[hubd.User](p, append(set, "--role", "admin")...)
	if got := seller.sees(); len(got) != 1 {
		t.Errorf("as an admin sees %v", got)
	}
	if got := ask[struct{ Users []hubd.User }](p, "user", "list", "--workspace", "Dois Irmãos"); got.Users[1].Role != "admin" || len(got.Users[1].Shops) != 1 || got.Users[1].Shops[0] != norte {
		t.Errorf("%+v", got)
	}
	p.refuses(exitRefused, crm.CodeInvalid, append(set, "--role", "owner")...)
	p.refuses(exitNotFound, crm.CodeNotFound, append(set, "--shop", "Sul")...)
	p.refuses(exitNotFound, crm.CodeNotFound, "user", "set", "--workspace", "Dois Irmãos", "--user", "Lia")
}

func TestNothingOfAnybodyIsLogged(t *testing.T) {
	p, hub := stocked(t, "")
	d := join(t, p.enrolled("Dois Irmãos", "Carla"))
	d.pushed(d.lead(leadID(1, 1), "Gol 1.6"))
	d.sees()
	_, err := d.wire.Push(t.Context(), []byte("Gol 1.6"))
	wantCode(t, "no message", err, protocol.CodeMalformed)
	p.refuses(exitNotFound, crm.CodeNotFound, "user", "list", "--workspace", "Carla e filhos")
	hub.stop()
	lines := 0
	for line := range strings.Lines(hub.log.String()) {
		var told struct{ Level, Time, Message string }
		if err := json.Unmarshal([]byte(line), &told); err != nil || told.Message == "" || told.Time == "" {
			t.Errorf("%v in %q", err, line)
		}
		lines++
	}
	if lines < 5 || !strings.Contains(hub.log.String(), `"command":"enroll"`) {
		t.Errorf("only %d lines:\n%s", lines, hub.log)
	}
	for _, name := range []string{"Carla", "Rui", "Irm", "balc", "Gol", "filhos"} {
		if strings.Contains(hub.log.String(), name) {
			t.Errorf("the log says %s", name)
		}
	}
}

func TestOneHubWorksInAFolder(t *testing.T) {
	p, hub := stocked(t, "")
	told := p.refuses(exitLocked, crm.CodeLocked, "serve", "--listen", "127.0.0.1:0")
	if told.Params["folder"] != p.dir {
		t.Errorf("%+v", told)
	}
	p.refuses(exitLocked, crm.CodeLocked, "restore", program)
	// What a killed hub left is no obstacle.
	hub.kill()
	if _, err := os.Lstat(filepath.Join(p.dir, "admin.sock")); err != nil {
		t.Error("the dead hub's socket: ", err)
	}
	if got := ask[struct{ Users []hubd.User }](p, "user", "list", "--workspace", "Dois Irmãos"); len(got.Users) != 2 {
		t.Errorf("%+v", got)
	}
	if exit := p.local().stop(); exit != exitDone {
		t.Errorf("exit %d", exit)
	}
}

func TestWhatIsWrongIsToldInBothForms(t *testing.T) {
	p, _ := stocked(t, "")
	p.must("user", "add", "--workspace", "Dois Irmãos", "--name", "Zé", "--role", "manager", "--shop", crm.ReadyShop)
	for _, c := range []struct {
		exit int
		code crm.Code
		args []string
	}{
		{exitUsage, CodeUsage, []string{"sell"}},
		{exitUsage, CodeUsage, []string{"workspace"}},
		{exitUsage, CodeUsage, []string{"workspace", "create"}},
		{exitUsage, CodeUsage, []string{"version", "now"}},
		{exitUsage, CodeUsage, []string{"serve", "--fast"}},
		{exitUsage, CodeUsage, []string{"device", "revoke", "x", "--workspace", "Dois Irmãos"}},
		{exitRefused, crm.CodeConflict, []string{"workspace", "create", "DOIS irmãos"}},
		{exitRefused, crm.CodeRequired, []string{"workspace", "create", " "}},
		{exitRefused, crm.CodeRequired, []string{"user", "list"}},
		{exitNotFound, crm.CodeNotFound, []string{"user", "list", "--workspace", "Outra"}},
		{exitRefused, crm.CodeConflict, []string{"user", "add", "--workspace", "Dois Irmãos", "--name", "rui", "--role", "seller"}},
		{exitRefused, crm.CodeRequired, []string{"user", "add", "--workspace", "Dois Irmãos", "--role", "seller"}},
		{exitRefused, crm.CodeInvalid, []string{"user", "add", "--workspace", "Dois Irmãos", "--name", "Lia", "--role", "owner"}},
		{exitNotFound, crm.CodeNotFound, []string{"user", "add", "--workspace", "Dois Irmãos", "--name", "Lia", "--role", "seller", "--shop", "Centro"}},
		{exitNotFound, crm.CodeNotFound, []string{"enroll", "--workspace", "Dois Irmãos", "--user", "Lia"}},
		{exitRefused, crm.CodeInvalid, []string{"enroll", "--workspace", "Dois Irmãos", "--user", "Rui", "--hours", "0"}},
		{exitRefused, crm.CodeInvalid, []string{"enroll", "--workspace", "Dois Irmãos", "--user", "Rui", "--public", "http://x"}},
		{exitNotFound, crm.CodeNotFound, []string{"device", "revoke", "70000", "--workspace", "Dois Irmãos"}},
	} {
		p.refuses(c.exit, c.code, c.args...)
	}
	p.dir = ""
	p.refuses(exitUsage, CodeUsage, "user", "list")
}

func TestWhatCantBeServedIsToldAtOnce(t *testing.T) {
	p := newPlace(t, "")
	for _, c := range []struct {
		code crm.Code
		args []string
	}{
		{crm.CodeInvalid, []string{"--listen", "nowhere"}},
		{crm.CodeInvalid, []string{"--listen", "127.0.0.1:0", "--metrics", "0.0.0.0:0"}},
		{crm.CodeInvalid, []string{"--listen", "127.0.0.1:0", "--public", "hub.example"}},
		{crm.CodeInvalid, []string{"--listen", "0.0.0.0:0", "--behind-proxy", "--public", "https://hub.example"}},
		{crm.CodeRequired, []string{"--listen", "127.0.0.1:0", "--behind-proxy"}},
	} {
		p.refuses(exitRefused, c.code, append([]string{"serve"}, c.args...)...)
	}
	p.dir = filepath.Join(p.dir, strings.Repeat("long", 30))
	p.refuses(exitRefused, crm.CodeTooLong, "serve", "--listen", "127.0.0.1:0")
}

func TestBehindAProxyTheCodeCarriesItsAddressAndNoPin(t *testing.T) {
	p := newPlace(t, "")
	p.must("workspace", "create", "Loja")
	p.must("user", "add", "--workspace", "Loja", "--name", "Rui", "--role", "seller")
	hub := p.local("--behind-proxy", "--public", "https://hub.example")
	code := p.enrolled("Loja", "Rui")
	if len(code.Pin) != 0 || len(code.Addresses) != 1 || code.Addresses[0] != "https://hub.example" || hub.at.Pin != "" {
		t.Fatalf("%+v", code)
	}
	// What the proxy passes on is plain.
	w := &client.Wire{Address: "http://" + hub.at.Listen, Workspace: code.Workspace, Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	if _, err := w.Join(t.Context(), code.Secret, "PC", client.Meta{}); err != nil {
		t.Error(err)
	}
}

func TestAMistypedCodeIsToldBeforeAnythingIsSent(t *testing.T) {
	p, _ := stocked(t, "")
	text := lastLine(p.must("enroll", "--workspace", "Dois Irmãos", "--user", "Rui"))
	_, err := enroll.Parse(text[:40] + string(rune('0'+(text[40]+1-'0')%10)) + text[41:])
	wantCode(t, "a letter changed", err, protocol.CodeMistyped)
}

func TestABackupUnderLoadIsRestoredElsewhere(t *testing.T) {
	p, hub := stocked(t, "")
	d := join(t, p.enrolled("Dois Irmãos", "Carla"))
	d.pushed(d.lead(leadID(1, 0), "Gol"))
	ctx, stop := context.WithCancel(t.Context())
	more, pushed := 0, make(chan error, 1)
	begun := make(chan struct{}, 1)
	go func() {
		for n := 1; ; n++ {
			if _, err := d.push(ctx, once, d.lead(leadID(1, n), "Uno")); err != nil {
				pushed <- err
				return
			}
			more = n
			select {
			case begun <- struct{}{}:
			default:
			}
		}
	}()
	await(t, begun, "the load")
	file := filepath.Join(t.TempDir(), "hub.backup")
	if got := ask[backedUp](p, "backup", file); got.Bytes == 0 || got.File != "hub.backup" {
		t.Errorf("%+v", got)
	}
	stop()
	if err := <-pushed; !errors.Is(err, context.Canceled) && !errors.Is(err, errOnce) {
		t.Fatal(err)
	}
	before := ask[struct{ Workspaces []hubd.Workspace }](p, "workspace", "list")
	hub.kill()

	other := newPlace(t, "")
	restored := ask[hubd.Restored](other, "restore", file)
	if len(restored.Workspaces) != 1 || restored.Workspaces[0].Epoch == before.Workspaces[0].Epoch || restored.Aside != "" || restored.Workspaces[0].ID != before.Workspaces[0].ID {
		t.Fatalf("%+v after %+v", restored, before)
	}
	again := other.local()
	if again.at.Pin != hub.at.Pin {
		t.Error("the restored hub has another key")
	}
	d.wire.Address = "https://" + again.at.Listen
	_, err := d.pulled()
	wantCode(t, "a device of before", err, protocol.CodeEpoch)
	number, err := d.wire.Renew(t.Context(), d.ask.Replica)
	if err != nil {
		t.Fatal(err)
	}
	d.ask = protocol.Ask{Protocol: protocol.Newest, Workspace: d.ask.Workspace, Replica: number}
	got := d.sees()
	if got[leadID(1, 0)] != "Gol" || len(got) > more+2 {
		t.Errorf("%d of %d leads", len(got), more+1)
	}
	again.stop()

	// Over what is there it is set aside.
	if r := ask[hubd.Restored](other, "restore", file); r.Aside == "" {
		t.Errorf("%+v", r)
	} else if _, err := os.Stat(filepath.Join(other.dir, r.Aside, "hub.db")); err != nil {
		t.Error(err)
	}
	other.refuses(exitCorrupt, hubd.CodeNotBackup, "restore", program)
	other.refuses(exitNotFound, crm.CodeNotFound, "restore", file+".none")
	other.refuses(exitRefused, crm.CodeUnsupported, "restore")
	// Without its database a folder is not taken for a new one.
	if err := os.Remove(filepath.Join(other.dir, "hub.db")); err != nil {
		t.Fatal(err)
	}
	other.refuses(exitNotFound, crm.CodeNotFound, "workspace", "list")
}

func TestFiguresAndHealthAreShownOnThisMachine(t *testing.T) {
	p := newPlace(t, "")
	p.must("workspace", "create", "Loja")
	p.must("user", "add", "--workspace", "Loja", "--name", "Rui", "--role", "seller")
	hub := p.local("--metrics", "127.0.0.1:0")
	d := join(t, p.enrolled("Loja", "Rui"))
	d.pushed(d.lead(leadID(1, 1), "Gol"))
	d.sees()
	text := get(t, hub.at.Metrics)
	for _, want := range []string{
		`patio_hub_requests_total{code="ok",path="/sync/v1/push"} 1`, `patio_hub_pushed_items_total 1`, `patio_hub_verdicts_total{status="accepted"} 1`,
		`patio_hub_devices_seen{within="5m"} 1`, `patio_hub_store_unreadable 0`, `version="` + version.Number + `"`, `patio_hub_request_seconds_count{path="/sync/v1/join"} 1`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, name := range []string{"Loja", "Rui", "Gol"} {
		if strings.Contains(text, name) {
			t.Errorf("the figures say %s", name)
		}
	}
	if got := get(t, strings.TrimSuffix(hub.at.Metrics, "/metrics")+"/healthz"); got != "ok\n" {
		t.Errorf("%q", got)
	}
	answer, err := d.wire.Client.Get("https://" + hub.at.Listen + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotFound {
		t.Errorf("the figures are shown to the world: %d", answer.StatusCode)
	}
}

func get(t *testing.T, address string) string {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}}
	answer, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d: %v", answer.StatusCode, err)
	}
	return string(text)
}

func TestVersion(t *testing.T) {
	p := newPlace(t, "")
	if out := p.must("version"); !strings.HasPrefix(out, "patio-hub "+version.Number) {
		t.Error(out)
	}
	if got := ask[struct{ Version, Revision string }](p, "version"); got.Version != version.Number {
		t.Errorf("%+v", got)
	}
}
