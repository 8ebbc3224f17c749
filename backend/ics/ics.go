// Package ics writes calendars as other programs read them: iCalendar, RFC
// 5545. It knows no store.
package ics

import (
	"bufio"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// Event is one entry of a calendar: an hour and how long it takes, or a whole day.
type Event struct {
	UID         string // stable: the same entry written again replaces itself
	Start       time.Time
	Length      time.Duration
	Day         string // YYYY-MM-DD, when it has no hour
	Summary     string
	Description string
}

// maxLine is how long a line may be, in bytes without its end.
const maxLine = 75

const (
	utcForm = "20060102T150405Z"
	dayForm = "20060102"
)

// Write writes a calendar of that name. stamp is when it is written. A day that
// is no day is an error of time.Parse.
func Write(w io.Writer, name string, stamp time.Time, events []Event) error {
	c := calendar{w: bufio.NewWriter(w)}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//Patio//Agenda//PT")
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	c.line("X-WR-CALNAME", escape(name))
	for _, e := range events {
		c.line("BEGIN", "VEVENT")
		c.line("UID", escape(e.UID))
		c.line("DTSTAMP", stamp.UTC().Format(utcForm))
		if e.Day == "" {
			c.line("DTSTART", e.Start.UTC().Format(utcForm))
			c.line("DTEND", e.Start.Add(e.Length).UTC().Format(utcForm))
		} else {
			day, err := time.Parse(time.DateOnly, e.Day)
			if err != nil {
				return err
			}
			c.line("DTSTART;VALUE=DATE", day.Format(dayForm))
			c.line("DTEND;VALUE=DATE", day.AddDate(0, 0, 1).Format(dayForm)) // the end is not part of it
			c.line("TRANSP", "TRANSPARENT")                                  // a day's task doesn't fill the day
		}
		c.line("SUMMARY", escape(e.Summary))
		if e.Description != "" {
			c.line("DESCRIPTION", escape(e.Description))
		}
		c.line("END", "VEVENT")
	}
	c.line("END", "VCALENDAR")
	if c.err != nil {
		return c.err
	}
	return c.w.Flush()
}

type calendar struct {
	w   *bufio.Writer
	err error
}

// line writes a property, folded: what follows begins with a space, and no
// character is torn apart.
func (c *calendar) line(name, value string) {
	rest := name + ":" + value
	room := maxLine
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		c.write(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], maxLine-1
	}
	c.write(rest + "\r\n")
}

func (c *calendar) write(text string) {
	if c.err == nil {
		_, c.err = c.w.WriteString(text)
	}
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escape writes a text as a value: no control character, and signs that mean
// something are marked.
func escape(text string) string {
	text = escapes.Replace(strings.ToValidUTF8(text, "\ufffd"))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}
