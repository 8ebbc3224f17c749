package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// progress tells how far long work is: on a terminal in one line that is
// written over, elsewhere in a line of its own each time. nil tells nobody.
type progress struct {
	out     io.Writer
	rewrite bool

	last  time.Time
	phase string
	width int // of the line that stands on the terminal
}

// glance is how often a line on a terminal changes at most.
const glance = 100 * time.Millisecond

// step tells that done of total are through; total is 0 while it isn't known.
func (p *progress) step(phase string, done, total int) {
	if p == nil || p.rewrite && phase == p.phase && done != total && time.Since(p.last) < glance {
		return
	}
	p.last, p.phase = time.Now(), phase
	line := fmt.Sprintf("%s %d", phase, done)
	if total > 0 {
		line = fmt.Sprintf("%s %d/%d", phase, done, total)
	}
	if !p.rewrite {
		_, _ = fmt.Fprintln(p.out, line) // who listens may be gone; the work goes on
		return
	}
	width := utf8.RuneCountInString(line)
	_, _ = fmt.Fprint(p.out, "\r", line, strings.Repeat(" ", max(p.width-width, 0)))
	p.width = width
}

// end wipes the line, so that what follows stands alone.
func (p *progress) end() {
	if p == nil || p.width == 0 {
		return
	}
	_, _ = fmt.Fprint(p.out, "\r", strings.Repeat(" ", p.width), "\r")
	p.width = 0
}
