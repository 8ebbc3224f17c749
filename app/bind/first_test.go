package bind_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/rs/zerolog"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/webhost"
	"patio/app/wire"
	"patio/backend/crm"
)

// opened is the program's own door, open, and what it tells pages.
func opened(t *testing.T) (*bind.Door, *wire.App) {
	t.Helper()
	files := api.NewFiles()
	shell := webhost.NewShell(files, t.TempDir())
	app, err := wire.Open(t.Context(), wire.Config{DataDir: t.TempDir(), Devices: t.TempDir(), Log: zerolog.Nop(), Shell: shell, Files: files})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	table, err := bind.NewTable(zerolog.Nop(), append(wire.Always(shell, files), app.Bound()...)...)
	if err != nil {
		t.Fatal(err)
	}
	door := bind.NewDoor(table)
	door.Open(table)
	return door, app
}

// keep has the device keep what a page would.
func keep(t *testing.T, door *bind.Door, ui string) {
	t.Helper()
	text, err := json.Marshal(ui)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := door.Call("Device", "Set", []json.RawMessage{json.RawMessage(`"ui"`), text}); err != nil {
		t.Fatal(err)
	}
}

// told are the calls that first answers, each as its struct and method.
func told(t *testing.T, first bind.First) (names []string) {
	t.Helper()
	for _, a := range first.Answers {
		var structName, method string
		var args []json.RawMessage
		for i, into := range []any{&structName, &method, &args} {
			if err := json.Unmarshal(a.Call[i], into); err != nil {
				t.Fatal(err)
			}
		}
		names = append(names, structName+"."+method)
	}
	return names
}

var everyPage = []string{"Device.Get", "Session.State", "Sync.Status", "Sheets.Jobs"}

func TestAPageComesWithWhatItCallsFirst(t *testing.T) {
	door, app := opened(t)
	w, err := app.Store.Workspace(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	keep(t, door, fmt.Sprintf(`{"theme":"dark","first":[["Board","Tabs",[%q]]]}`, w.Pipelines[0].ID))
	first := door.First(app.Events().Count)
	if got, want := told(t, first), append(slices.Clone(everyPage), "Board.Tabs"); !slices.Equal(got, want) {
		t.Fatalf("%v, not %v", got, want)
	}
	for _, a := range first.Answers {
		var args []json.RawMessage
		if err := json.Unmarshal(a.Call[2], &args); err != nil {
			t.Fatal(err)
		}
		var structName, method string
		if err := json.Unmarshal(a.Call[0], &structName); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(a.Call[1], &method); err != nil {
			t.Fatal(err)
		}
		if result, err := door.Call(structName, method, args); err != nil || string(result) != string(a.Result) {
			t.Errorf("%s.%s: %s, not %s (%v)", structName, method, a.Result, result, err)
		}
	}
	if first.Events != app.Events().Count() {
		t.Errorf("%d events, not %d", first.Events, app.Events().Count())
	}
}

func TestOnlyReadingIsDoneForAPage(t *testing.T) {
	for name, ui := range map[string]string{
		"a write":          `{"first":[["Session","ActAs",["x"]]]}`,
		"no list":          `{"first":"Board"}`,
		"no JSON":          `{`,
		"too many":         `{"first":[["Board","Tabs",["a"]],["Board","Tabs",["a"]],["Board","Tabs",["a"]],["Board","Tabs",["a"]],["Board","Tabs",["a"]]]}`,
		"no arguments":     `{"first":[["Board","Tabs"]]}`,
		"what can't be":    `{"first":[["Board","Load",[{"page":1}]]]}`,
		"too few of them":  `{"first":[["Board","Tabs",[]]]}`,
		"a list of others": `{"first":[[1,2,3]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			door, app := opened(t)
			keep(t, door, ui)
			if got := told(t, door.First(app.Events().Count)); !slices.Equal(got, everyPage) {
				t.Errorf("%v, not %v", got, everyPage)
			}
		})
	}
}

func TestAPageBeforeTheDatabaseComesAlone(t *testing.T) {
	table, err := bind.NewTable(zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	door := bind.NewDoor(table)
	none := func() int { return 0 }
	if first := door.First(none); len(first.Answers) != 0 {
		t.Errorf("%v", told(t, first))
	}
	door.Fail(crm.NewError(crm.CodeLocked, ""))
	if first := door.First(none); len(first.Answers) != 0 {
		t.Errorf("%v", told(t, first))
	}
}
