package sheet

import (
	"encoding/csv"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf16"

	"patio/backend/crm"
	"patio/backend/format"
)

// Cell is one value on the way out. CSV and XLSX show it alike; in a workbook
// amounts and dates can be counted with. The zero Cell is empty.
type Cell struct {
	text string
	kind cellKind
	n    int64 // cents, or ms UTC
	zone *time.Location
}

type cellKind int

const (
	cellText cellKind = iota
	cellAmount
	cellDay
	cellMoment
)

// Text is a cell of text, made inert when it starts like a formula.
func Text(text string) Cell { return Cell{text: text} }

// Amount is a cell of money: "99900,00".
func Amount(cents int64) Cell { return Cell{kind: cellAmount, n: cents} }

// Day is a cell of a date without an hour, from YYYY-MM-DD: "08/05/2026".
// Anything else stays text.
func Day(day string) Cell {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return Text(day)
	}
	return Cell{kind: cellDay, n: t.UnixMilli(), zone: time.UTC}
}

// Moment is a cell of a date with its hour, from ms UTC, as zone's clocks
// showed it: "08/05/2026 17:14:05", with thousandths where there are any. 0 is
// empty.
func Moment(ms int64, zone *time.Location) Cell {
	if ms == 0 {
		return Cell{}
	}
	return Cell{kind: cellMoment, n: ms, zone: zone}
}

func (c Cell) time() time.Time { return time.UnixMilli(c.n).In(c.zone) }

// String is the cell as CSV has it.
func (c Cell) String() string {
	switch c.kind {
	case cellAmount:
		return format.DecimalComma(c.n)
	case cellDay:
		return c.time().Format("02/01/2006")
	case cellMoment:
		if c.n%1000 != 0 {
			return c.time().Format("02/01/2006 15:04:05.000")
		}
		return c.time().Format("02/01/2006 15:04:05")
	}
	return inert(unixLines(c.text))
}

// unixLines ends lines with LF, as spreadsheet programs do within a cell.
func unixLines(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// Writer takes a sheet's rows, the header first. Close finishes the file and
// leaves what lies beneath open. Errors are *crm.Error.
type Writer interface {
	Row(cells ...Cell) error
	Close() error
}

type csvWriter struct {
	out    *csv.Writer
	record []string
}

// NewCSVWriter writes CSV as Brazilian Excel reads it: semicolons, UTF-8 with
// a byte order mark, decimal commas, no "sep=" line.
func NewCSVWriter(out io.Writer) (Writer, error) {
	if _, err := io.WriteString(out, "\ufeff"); err != nil {
		return nil, ofOutput(err)
	}
	w := csv.NewWriter(out)
	w.Comma = ';'
	return &csvWriter{out: w}, nil
}

func (w *csvWriter) Row(cells ...Cell) error {
	w.record = w.record[:0]
	for _, c := range cells {
		w.record = append(w.record, c.String())
	}
	return ofOutput(w.out.Write(w.record))
}

func (w *csvWriter) Close() error {
	w.out.Flush()
	return ofOutput(w.out.Error())
}

// ofOutput names what went wrong in writing; nothing here is about a sheet.
func ofOutput(err error) error {
	if err == nil {
		return nil
	}
	if told, ok := ofFile(err).(*crm.Error); ok && told.Code != CodeUnreadable {
		return told
	}
	return crm.NewError(crm.CodeInternal, "").Because(err)
}

// maxCell is the longest text of a workbook's cell, in UTF-16 units.
const maxCell = 32_767

func tooLong(text string) bool {
	return len(text) > maxCell && len(utf16.Encode([]rune(text))) > maxCell
}

// WriteRefused writes refused rows as they were, each with its reason in a
// last column, so that a person can mend them and import that sheet again.
func (s *Sheet) WriteRefused(w Writer, reasonTitle string, refused iter.Seq2[Row, string]) error {
	cells := make([]Cell, len(s.Headers)+1)
	fill := func(texts []string, last string) error {
		for i := range s.Headers {
			cells[i] = Cell{}
			if i < len(texts) {
				cells[i] = Text(texts[i])
			}
		}
		cells[len(s.Headers)] = Text(last)
		return w.Row(cells...)
	}
	titles := make([]string, len(s.Headers))
	for i := range titles {
		titles[i] = s.columnTitle(i)
	}
	if err := fill(titles, reasonTitle); err != nil {
		return err
	}
	for row, reason := range refused {
		if err := fill(row.Cells, reason); err != nil {
			return err
		}
	}
	return nil
}
