package wire_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// layer is what some packages must not be linked with, however far down.
type layer struct {
	of     string   // packages, as a path or a path and all below it ("/…")
	except []string // of these, other rules speak
	never  []string // paths and all below them
	only   []string // if set, of the module and of modules outside only these may be linked in
	why    string
}

const window = "github.com/wailsapp"

var layers = []layer{
	{of: "patio/backend/crm/…", only: []string{"patio/backend/crm"},
		why: "the words of a CRM need the standard library only"},
	{of: "patio/backend/store", never: []string{"patio/backend/leads", "patio/backend/transfer", "patio/backend/sheet", "patio/sync/client", "patio/sync/hub", "patio/sync/protocol"},
		why: "the store is below the capabilities and talks to nobody"},
	{of: "patio/backend/…", never: []string{"patio/app", "patio/frontend", window},
		why: "the CRM runs without a program around it, in the hub too"},
	{of: "patio/sync/…", never: []string{"patio/app", "patio/backend", "patio/frontend", window},
		why: "replicas agree without knowing what about"},
	{of: "patio/app/api", never: []string{window, "patio/app/wire", "patio/app/desktop", "patio/app/webhost"},
		why: "the API doesn't know who shows it"},
	{of: "patio/app/bind", never: []string{window, "patio/app/api", "patio/app/wire", "patio/app/desktop", "patio/app/webhost"},
		why: "calls are carried without knowing which"},
	{of: "patio/app/…", except: []string{"patio/app/desktop"}, never: []string{window, "patio/app/desktop"},
		why: "all but the window itself runs in a browser and in tests"},
	{of: "patio/app/…", except: []string{"patio/app/cmd"}, never: []string{"patio/app/cmd"},
		why: "a main is nobody's library"},
}

func TestImportsRunDownwards(t *testing.T) {
	deps := linked(t)
	for _, l := range layers {
		found := false
		for pkg, linkedIn := range deps {
			if !covers(l.of, pkg) || slices.ContainsFunc(l.except, func(e string) bool { return below(e, pkg) }) {
				continue
			}
			found = true
			for _, dep := range linkedIn {
				if l.forbids(dep) {
					t.Errorf("%s is linked with %s: %s", pkg, dep, l.why)
				}
			}
		}
		if !found {
			t.Errorf("no package is %s: the rule guards nothing", l.of)
		}
	}
}

// The rules themselves: one that forbids nothing would pass for ever.
func TestTheRulesCatchWhatTheyName(t *testing.T) {
	for _, c := range []struct {
		pkg, dep string
		want     bool
	}{
		{"patio/backend/crm", "github.com/google/uuid", true},
		{"patio/backend/crm/rank", "patio/backend/crm", false},
		{"patio/backend/crm", "strings", false},
		{"patio/backend/store", "patio/app/api", true},
		{"patio/sync/vv", "patio/backend/crm", true},
		{"patio/app/api", "github.com/wailsapp/wails/v2/pkg/runtime", true},
		{"patio/app/desktop", "github.com/wailsapp/wails/v2/pkg/runtime", false},
		{"patio/app/webhost", "patio/app/desktop", true},
		{"patio/app/wire", "patio/backend/store", false},
	} {
		got := slices.ContainsFunc(layers, func(l layer) bool {
			excepted := slices.ContainsFunc(l.except, func(e string) bool { return below(e, c.pkg) })
			return covers(l.of, c.pkg) && !excepted && l.forbids(c.dep)
		})
		if got != c.want {
			t.Errorf("%s → %s: forbidden %v, want %v", c.pkg, c.dep, got, c.want)
		}
	}
}

func (l layer) forbids(dep string) bool {
	if l.only != nil {
		standard := !strings.Contains(strings.SplitN(dep, "/", 2)[0], ".") && !below("patio", dep)
		return !standard && !slices.ContainsFunc(l.only, func(o string) bool { return below(o, dep) })
	}
	return slices.ContainsFunc(l.never, func(n string) bool { return below(n, dep) })
}

// covers reports whether a package is meant by a rule's "of".
func covers(of, pkg string) bool {
	if root, all := strings.CutSuffix(of, "/…"); all {
		return below(root, pkg)
	}
	return of == pkg
}

// below reports whether a path is root or lies under it.
func below(root, path string) bool { return path == root || strings.HasPrefix(path, root+"/") }

// linked lists, for each package of the module, everything it is linked with.
func linked(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}} {{join .Deps \" \"}}", "patio/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		deps[fields[0]] = fields[1:]
	}
	return deps
}
