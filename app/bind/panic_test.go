package bind_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/webhost"
	"patio/app/wire"
	"patio/backend/crm"
)

// Whatever the page may call, in the window and in a browser, goes through this
// table; desktop's own test shows that nothing else is bound there.
func TestAPanicInAnyMethodOfTheAPIComesBackAsAnError(t *testing.T) {
	files := api.NewFiles()
	shell := webhost.NewShell(files, t.TempDir())
	app, err := wire.Open(t.Context(), wire.Config{DataDir: t.TempDir(), Log: zerolog.Nop(), Shell: shell, Files: files})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}()

	var log bytes.Buffer
	table, err := bind.NewTable(zerolog.New(&log), append(wire.Always(shell, files), app.Bound()...)...)
	if err != nil {
		t.Fatal(err)
	}
	door := bind.NewDoor(table)
	methods := table.Sabotage(errors.New("João da Silva"))
	if len(methods) < 12 { // App and Native alone have that many
		t.Fatalf("only %d methods are bound", len(methods))
	}
	for name, takes := range methods {
		structName, method, _ := strings.Cut(name, ".")
		log.Reset()
		args := make([]json.RawMessage, takes)
		for i := range args {
			args[i] = json.RawMessage("null")
		}
		result, err := door.Gate().Call(structName, method, args)
		var own *crm.Error
		if !errors.As(err, &own) || own.Code != crm.CodeInternal || result != nil {
			t.Errorf("%s: got %s, %v", name, result, err)
			continue
		}
		if id := own.Params["log"]; id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), name) {
			t.Errorf("%s: the log lacks the panic: %s", name, log.String())
		}
		if strings.Contains(log.String()+bind.Text(err), "João") {
			t.Errorf("%s: what a record holds came out", name)
		}
	}
	t.Logf("%d methods", len(methods))
}
