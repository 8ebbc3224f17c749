package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"patio/backend/crm"
	"patio/backend/leads"
)

// program is the hub that ships.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "bench-")
	if err == nil {
		program = filepath.Join(dir, "patio-hub")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", program, "patio/app/cmd/patio-hub").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build patio-hub:", err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// leadsFile writes leads in the floor's form.
func leadsFile(t *testing.T, n int) string {
	t.Helper()
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id":"%d","name":"Ana %d","email":"ana%d@example.com","phone":"(11) 98765-%04d","company":"Padaria","source":"site","status":%q,"owner":"vendedor%02d","vehicle":"Fiat Argo",`+
			`"value_cents":4200000,"score":7,"tags":["quente","frota"],"notes":"Quer dar o usado na troca.","created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-01-03T03:04:05.000Z","custom":{"cidade":"Sorocaba","pagamento":"consórcio","cpf":"123.456.789-09"}}`+"\n",
			i, i, i, i, statuses[i%len(statuses)], i%3)
	}
	file := filepath.Join(t.TempDir(), "leads.ndjson")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// measured runs a command line and answers its rows by their work.
func measured(t *testing.T, args ...string) map[string]row {
	t.Helper()
	var out bytes.Buffer
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatal(err)
	}
	rows := map[string]row{}
	for line := range strings.Lines(out.String()) {
		r := row{}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		rows[r["work"].(string)] = r
	}
	return rows
}

// short is a folder with a short path: the hub's socket lies in it.
func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "b")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > 0 {
			t.Errorf("%d things are left behind, %v", len(left), err)
		}
		_ = os.RemoveAll(dir)
	})
	return dir
}

func TestTwoPCsAreMeasuredAndLoseNothing(t *testing.T) {
	rows := measured(t, "pair", "--hub", program, "--dir", short(t), "--leads", leadsFile(t, 40), "--n", "40", "--edits", "16", "--seen", "3", "--idle", "3")
	for _, work := range []string{"upload", "download", "idle", "diverge", "seen"} {
		if rows[work] == nil {
			t.Errorf("no row of %s", work)
		}
	}
	if up := rows["upload"]; up["records"].(float64) < 80 || up["up_mb"].(float64) <= 0 || up["hub_mb"].(float64) <= 0 {
		t.Errorf("upload: %v", up)
	}
	if apart := rows["diverge"]; apart["conflicts"] != 2.0 || apart["records"].(float64) < 64 {
		t.Errorf("diverge: %v", apart)
	}
	if seen := rows["seen"]; seen["times"] != 3.0 || seen["p50_ms"].(float64) <= 0 {
		t.Errorf("seen: %v", seen)
	}
}

func TestWhatIsLostIsTold(t *testing.T) {
	b := &bench{program: program, out: &bytes.Buffer{}, dir: t.TempDir()}
	p, err := b.newPC(t.Context(), "alone")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			t.Error(err)
		}
	}()
	list, err := readLeads(leadsFile(t, 20), 20)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := p.fill(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	if err := (apart{edits: 0}).lost(t.Context(), p, ids); err != nil {
		t.Errorf("nothing was edited: %v", err)
	}
	a := apart{edits: 4, owner: "nobody"}
	for i, patch := range []leads.Patch{a.first(0), a.second(a.last() - 1)} {
		if err := a.shows(&crm.Lead{Subject: "perdido", OwnerID: "somebody"}, patch); err == nil || !strings.Contains(err.Error(), "became") {
			t.Errorf("an edit that is gone, %d: %v", i, err)
		}
	}
	if err := (apart{edits: 8}).lost(t.Context(), p, ids); err == nil || !strings.Contains(err.Error(), "0 conflicts, want 1") {
		t.Errorf("a conflict that isn't there: %v", err)
	}
	if err := b.diverge(t.Context(), p, p, ids, 100); err == nil {
		t.Error("more edits than leads")
	}
}

func TestAFleetIsMeasured(t *testing.T) {
	for _, store := range []string{"SQLite", "PostgreSQL"} {
		rows := measured(t, "fleet", "--hub", program, "--dir", short(t), "--shops", "2", "--each", "3", "--every", "100ms", "--warm", "100ms", "--lasts", "500ms", "--postgres="+fmt.Sprint(store == "PostgreSQL"))
		steady, outage := rows["fleet.steady"], rows["fleet.outage"]
		for _, r := range []row{steady, outage} {
			if r["store"] != store || r["errors"] != 0.0 || r["unseen"] != 0.0 || r["devices"] != 6.0 || r["hub_mb"].(float64) <= 0 {
				t.Errorf("%v", r)
			}
		}
		saves := steady["acked_times"].(float64)
		if saves < 6 || steady["seen_times"] != 2*saves {
			t.Errorf("%v", steady)
		}
		if outage["acked_times"] != 6.0 || outage["seen_times"] != 12.0 {
			t.Errorf("%v", outage)
		}
	}
}

func TestWhatCantBeMeasuredIsTold(t *testing.T) {
	file := leadsFile(t, 3)
	none := filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "usage"},
		{[]string{"speed"}, "usage"},
		{[]string{"pair", "--speed"}, "usage"},
		{[]string{"pair"}, "--hub is required"},
		{[]string{"pair", "--hub", program, "--leads", none}, none},
		{[]string{"pair", "--hub", program, "--leads", program, "--n", "1"}, "invalid character"},
		{[]string{"pair", "--hub", program, "--leads", file, "--n", "4"}, "3 leads, want 4"},
		{[]string{"pair", "--hub", none, "--leads", file, "--n", "3"}, none},
		{[]string{"fleet", "--hub", "/bin/false"}, "doesn't serve"},
		{[]string{"pair", "--hub", program, "--leads", file, "--n", "3", "--edits", "8"}, "too few"},
	} {
		if len(c.args) > 1 {
			c.args = append(c.args, "--dir", short(t))
		}
		err := run(t.Context(), c.args, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.args, err, c.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ended, []string{"fleet", "--hub", program, "--dir", short(t)}, &bytes.Buffer{}); err == nil {
		t.Error("went on after it was interrupted")
	}
}
