package ics

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden file anew")

var stamp = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func write(t interface{ Fatal(...any) }, events ...Event) string {
	var b bytes.Buffer
	if err := Write(&b, "Agenda", stamp, events); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestACalendarIsWrittenAsOthersReadIt(t *testing.T) {
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	got := write(t,
		Event{UID: "01a2078d-b14a-7ee2-b19c-b7ee79f1ac41", Start: time.Date(2026, 11, 25, 10, 30, 0, 0, zone), Length: time.Hour,
			Summary: "Test drive: Patrícia Assunção", Description: "Jeep Compass Longitude 2022, RIO2A18; preço \\ troca\n(11) 98527-0593"},
		Event{UID: "01a2078d-b14a-7ee2-b19c-b7ee79f1ac42", Day: "2026-12-31", Summary: "Tarefa: " + strings.Repeat("documentação do veículo, ", 6)},
		Event{UID: "01a2078d-b14a-7ee2-b19c-b7ee79f1ac43", Start: time.Date(2018, 11, 4, 1, 0, 0, 0, zone), Length: 30 * time.Minute, Summary: "Ligação na noite em que a hora pula"},
	)
	const golden = "testdata/agenda.ics"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

// Whatever a person wrote: no line is too long, none is torn within a
// character, none begins a property of its own, and the text comes back.
func TestAnyTextComesBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.String().Draw(rt, "text")
		out := write(rt, Event{UID: "1", Day: "2026-11-25", Summary: text, Description: "x"})
		for line := range strings.SplitSeq(strings.TrimSuffix(out, "\r\n"), "\r\n") {
			if len(line) > maxLine || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				rt.Fatalf("%q", line)
			}
		}
		unfolded := strings.ReplaceAll(out, "\r\n ", "")
		_, rest, _ := strings.Cut(unfolded, "\r\nSUMMARY:")
		value, rest, _ := strings.Cut(rest, "\r\n")
		if !strings.HasPrefix(rest, "DESCRIPTION:x\r\nEND:VEVENT") {
			rt.Fatalf("what follows: %q", rest)
		}
		back := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(text, "\ufffd"))
		want = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\t' && r != '\n' || r == 0x7f {
				return -1
			}
			return r
		}, want)
		if back != want {
			rt.Fatalf("%q came back as %q", want, back)
		}
	})
}

func TestWhatIsNoDayIsRefused(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "", stamp, []Event{{Day: "31/12/2026"}}); err == nil {
		t.Error("it was written")
	}
}

type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestAFullDiskIsTold(t *testing.T) {
	events := make([]Event, 200)
	for i := range events {
		events[i] = Event{UID: "1", Day: "2026-11-25", Summary: strings.Repeat("a", 100)}
	}
	for _, list := range [][]Event{events[:1], events} {
		if err := Write(full{}, "", stamp, list); !errors.Is(err, errFull) {
			t.Error(err)
		}
	}
}
