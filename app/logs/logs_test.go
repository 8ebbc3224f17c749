package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestNothingIsOpenedBeforeTheFirstLine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	log, file := Open(dir, "patio")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("folder is there: %v", err)
	}
	log.Info().Msg("open")
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "patio.log"))
	if err != nil {
		t.Fatal(err)
	}
	var line struct{ Level, Time, Message string }
	if err := json.Unmarshal(text, &line); err != nil || line.Message != "open" || !strings.HasSuffix(line.Time, "Z") {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestTheFileRotatesAndOldOnesGo(t *testing.T) {
	dir := t.TempDir()
	log, file := Open(dir, "patio")
	filler := strings.Repeat("x", 1<<20)
	for range 40 { // eight files' worth
		log.Info().Str("filler", filler).Msg("fill")
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 2 || len(entries) > 5 {
		t.Errorf("%d files, want the current one and up to four older", len(entries))
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Size() > 5<<20+1 {
			t.Errorf("%s: %v bytes, %v", e.Name(), info.Size(), err)
		}
	}
}

func TestRedactKeepsTheCauseAndDropsTheRecord(t *testing.T) {
	for in, want := range map[string]string{
		`UNIQUE constraint failed: lead.id`:        `UNIQUE constraint failed: lead.id`,
		`parse "João da Silva": bad`:               `parse ‹text›: bad`,
		`send to joao.silva@exemplo.com.br failed`: `send to ‹address› failed`,
		`phone +55 (11) 98765-4321 taken`:          `phone +‹digits› taken`,
		`cpf 123.456.789-09`:                       `cpf ‹digits›`,
		`exit status 2`:                            `exit status 2`,
		"near `Zé`: syntax":                        `near ‹text›: syntax`,
	} {
		if got := Redact(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	if got := Redact(strings.Repeat("é", 2000)); len(got) > 700 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestAPanicIsNamedByItsTypeUnlessTheRuntimeRaisedIt(t *testing.T) {
	var out bytes.Buffer
	log := zerolog.New(&out)
	Panicked(log, "Board.Move", "João", []byte("stack"))
	if strings.Contains(out.String(), "João") || !strings.Contains(out.String(), `"panic":"string"`) {
		t.Error(out.String())
	}
	out.Reset()
	func() {
		defer func() { Panicked(log, "Board.Move", recover(), nil) }()
		list := make([]int, 3)
		_ = list[len(out.String())+5]
	}()
	if !strings.Contains(out.String(), "index out of range") {
		t.Error(out.String())
	}
}

func TestAFailureCanBeFoundByItsID(t *testing.T) {
	var out bytes.Buffer
	id := Failed(zerolog.New(&out), "open", errors.New("disk I/O error"))
	if len(id) != 8 || !strings.Contains(out.String(), id) || !strings.Contains(out.String(), "disk I/O error") {
		t.Errorf("%q %s", id, out.String())
	}
}
