package bind

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"patio/backend/crm"
)

type Card struct {
	Name  string   `json:"name"`
	Cents int64    `json:"cents"`
	Tags  []string `json:"tags"`
}

type Board struct{}

func (Board) Move(c Card, to int) (Card, error) { c.Cents += int64(to); return c, nil }
func (Board) Rest() error                       { return nil }
func (Board) Nothing()                          {}
func (Board) Kind() string                      { return "window" }
func (Board) Own() error {
	return fmt.Errorf("move card: %w", crm.NewError(crm.CodeRequired, "name", "min", "1"))
}
func (Board) Foreign() error                { return errors.New(`no such column: "João da Silva"`) }
func (Board) Stopped() error                { return context.Canceled }
func (Board) Nameless() error               { return crm.NewError(crm.CodeInternal, "").Because(errors.New("disk")) }
func (Board) Panic() (Card, error)          { panic("João da Silva") }
func (Board) Index(list []int) (int, error) { return list[3], nil }

func newTable(t *testing.T, log *bytes.Buffer, bound ...any) *Table {
	t.Helper()
	table, err := NewTable(zerolog.New(log), bound...)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func raw(texts ...string) []json.RawMessage {
	list := make([]json.RawMessage, len(texts))
	for i, text := range texts {
		list[i] = json.RawMessage(text)
	}
	return list
}

func TestCallsCarryArgumentsAndResults(t *testing.T) {
	table := newTable(t, &bytes.Buffer{}, &Board{})
	for _, c := range []struct {
		method string
		args   []json.RawMessage
		want   string
	}{
		{"Move", raw(`{"name":"Zé","cents":5,"tags":["a"]}`, `2`), `{"name":"Zé","cents":7,"tags":["a"]}`},
		{"Move", raw(`null`, `1`), `{"name":"","cents":1,"tags":null}`},
		{"Rest", nil, `null`},
		{"Nothing", nil, `null`},
		{"Kind", nil, `"window"`},
	} {
		got, err := table.Call("Board", c.method, c.args)
		if err != nil || string(got) != c.want {
			t.Errorf("%s(%s): got %s, %v, want %s", c.method, c.args, got, err, c.want)
		}
	}
}

func TestWrongCallsAreRefused(t *testing.T) {
	table := newTable(t, &bytes.Buffer{}, &Board{})
	for _, c := range []struct {
		structName, method string
		args               []json.RawMessage
		want               crm.Code
	}{
		{"Board", "Sell", nil, CodeMethod},
		{"board", "Rest", nil, CodeMethod},
		{"", "", nil, CodeMethod},
		{"Board", "Rest", raw(`1`), CodeArguments},
		{"Board", "Move", raw(`{}`), CodeArguments},
		{"Board", "Move", raw(`{}`, `"two"`), CodeArguments},
		{"Board", "Move", raw(`{"nmae":"Zé"}`, `1`), CodeArguments}, // misspelt, not ignored
		{"Board", "Move", raw(`{`, `1`), CodeArguments},
	} {
		if _, err := table.Call(c.structName, c.method, c.args); crm.CodeOf(err) != c.want {
			t.Errorf("%s.%s(%s): got %v, want %s", c.structName, c.method, c.args, err, c.want)
		}
	}
}

func TestEveryFailureIsOfOneKind(t *testing.T) {
	var log bytes.Buffer
	table := newTable(t, &log, &Board{})
	for _, c := range []struct {
		method string
		args   []json.RawMessage
		want   crm.Code
		logged bool
	}{
		{"Own", nil, crm.CodeRequired, false},
		{"Stopped", nil, crm.CodeCancelled, false},
		{"Foreign", nil, crm.CodeInternal, true},
		{"Nameless", nil, crm.CodeInternal, true},
		{"Panic", nil, crm.CodeInternal, true},
		{"Index", raw(`[1]`), crm.CodeInternal, true},
	} {
		log.Reset()
		_, err := table.Call("Board", c.method, c.args)
		var own *crm.Error
		if !errors.As(err, &own) || own.Code != c.want {
			t.Errorf("%s: got %v, want %s", c.method, err, c.want)
			continue
		}
		id := own.Params["log"]
		if c.logged != (id != "" && strings.Contains(log.String(), `"`+id+`"`)) || c.logged != (log.Len() > 0) {
			t.Errorf("%s: id %q, log %s", c.method, id, log.String())
		}
		if strings.Contains(log.String(), "João") || strings.Contains(Text(err), "João") {
			t.Errorf("%s: what a record holds came out: %s %s", c.method, log.String(), Text(err))
		}
	}
}

func TestAnErrorCrossesAsJSON(t *testing.T) {
	got := Text(crm.NewError(crm.CodeTooLong, "name", "max", "200").Because(errors.New("secret")))
	if want := `{"code":"too_long","field":"name","params":{"max":"200"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := Text(errors.New("secret")), `{"code":"internal"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

type takesContext struct{}

func (takesContext) List(context.Context) error { return nil }

type answersTime struct{}

func (answersTime) When() (struct{ At time.Time }, error) { return struct{ At time.Time }{}, nil }

type answersChannel struct{}

func (answersChannel) Stream() (chan int, error) { return nil, nil }

type answersThree struct{}

func (answersThree) Three() (int, int, error) { return 0, 0, nil }

type variadic struct{}

func (variadic) Tag(...string) error { return nil }

type numberKeys struct{}

func (numberKeys) Counts() (map[int]int, error) { return nil, nil }

func TestShapesThatCannotCrossAreFoundAtTheStart(t *testing.T) {
	for _, bound := range []any{
		&takesContext{}, &answersTime{}, &answersChannel{}, &answersThree{}, &variadic{}, &numberKeys{}, Board{}, 7,
	} {
		if _, err := NewTable(zerolog.Nop(), bound); err == nil {
			t.Errorf("%T was bound", bound)
		}
	}
	if _, err := NewTable(zerolog.Nop(), &Board{}, &Board{}); err == nil {
		t.Error("one struct was bound twice")
	}
}
