// Package logs keeps the program's log: a rotating file of static messages with
// fields, never what a record holds.
package logs

import (
	"crypto/rand"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/DeRuina/timberjack"
	"github.com/rs/zerolog"
)

// Open starts or continues program.log in dir; older ones stand beside it with
// the time at which they were closed. The caller closes it last.
//
// Nothing is opened before the first line is written: a second instance of the
// window, which only wakes the first, must not touch the file that the first
// one writes.
func Open(dir, program string) (zerolog.Logger, io.Closer) {
	file := &timberjack.Logger{
		Filename:    filepath.Join(dir, program+".log"),
		MaxSize:     5, // MB
		MaxBackups:  4,
		Compression: "none",
		FileMode:    0o600,
	}
	return zerolog.New(file).Hook(zerolog.HookFunc(stamp)), file
}

// stamp writes the time itself: zerolog's own format is a setting of the whole
// process.
func stamp(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str("time", time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
}

// NewID names one log entry, so that a person can quote it: 8 characters.
func NewID() string { return strings.ToLower(rand.Text()[:8]) }

// Digits, addresses and quoted words are what an error text may have picked up
// from a record on its way.
var (
	quoted  = regexp.MustCompile("\"[^\"]*\"|'[^']*'|`[^`]*`|“[^”]*”")
	address = regexp.MustCompile(`\S+@\S+`)
	digits  = regexp.MustCompile(`\d[\d().\s-]{3,}\d`)
)

// Redact takes from an error's text what may come from a record: quoted words,
// mail addresses and long numbers.
func Redact(text string) string {
	text = quoted.ReplaceAllString(text, "‹text›")
	text = address.ReplaceAllString(text, "‹address›")
	text = digits.ReplaceAllString(text, "‹digits›")
	const most = 600
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// Panicked writes a recovered panic and its stack, and answers the entry's id.
// Values of panics other than the runtime's own are named by type only: they
// may be anything.
func Panicked(log zerolog.Logger, where string, value any, stack []byte) (id string) {
	id = NewID()
	text := fmt.Sprintf("%T", value)
	if err, ok := value.(runtime.Error); ok {
		text = Redact(err.Error())
	}
	log.Error().Str("id", id).Str("where", where).Str("panic", text).Bytes("stack", stack).Msg("panic")
	return id
}

// Failed writes an error that is none of the program's own kind, and answers
// the entry's id.
func Failed(log zerolog.Logger, where string, err error) (id string) {
	id = NewID()
	log.Error().Str("id", id).Str("where", where).Str("error", Redact(err.Error())).Msg("unexpected error")
	return id
}
