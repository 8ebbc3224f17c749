package sheet

import (
	"io"
	"time"

	"github.com/xuri/excelize/v2"
)

// Number formats of our own workbooks. Excel shows them in its own language.
const (
	amountFormat = `#,##0.00`
	dayFormat    = `dd/mm/yyyy`
	momentFormat = `dd/mm/yyyy hh:mm`
)

type xlsxWriter struct {
	out    io.Writer
	book   *excelize.File
	stream *excelize.StreamWriter
	styles [4]int // by cellKind
	header int
	row    int
	values []any
}

// NewXLSXWriter writes a workbook of one sheet: the first row bold and frozen.
// Rows beyond some megabytes wait in a temporary file, memory stays small.
func NewXLSXWriter(out io.Writer, tab string) (Writer, error) {
	w := &xlsxWriter{out: out, book: excelize.NewFile()}
	if err := w.prepare(tab); err != nil {
		w.book.Close()
		return nil, ofOutput(err)
	}
	return w, nil
}

func (w *xlsxWriter) prepare(tab string) (err error) {
	if err = w.book.SetSheetName(w.book.GetSheetName(0), tab); err != nil {
		return err
	}
	for kind, code := range map[cellKind]string{cellAmount: amountFormat, cellDay: dayFormat, cellMoment: momentFormat} {
		if w.styles[kind], err = w.book.NewStyle(&excelize.Style{CustomNumFmt: &code}); err != nil {
			return err
		}
	}
	if w.header, err = w.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return err
	}
	if w.stream, err = w.book.NewStreamWriter(tab); err != nil {
		return err
	}
	if err = w.stream.SetColWidth(1, MaxColumns, 18); err != nil {
		return err
	}
	return w.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

func (w *xlsxWriter) Row(cells ...Cell) error {
	if w.row == excelize.TotalRows {
		return fail(CodeManyRows, "max", number(excelize.TotalRows))
	}
	w.row++
	w.values = w.values[:0]
	for _, c := range cells {
		value, err := w.value(c)
		if err != nil {
			return err
		}
		w.values = append(w.values, value)
	}
	at, err := excelize.CoordinatesToCellName(1, w.row)
	if err != nil {
		return ofOutput(err)
	}
	return ofOutput(w.stream.SetRow(at, w.values))
}

func (w *xlsxWriter) value(c Cell) (any, error) {
	switch c.kind {
	case cellAmount:
		return excelize.Cell{StyleID: w.styles[c.kind], Value: float64(c.n) / 100}, nil
	case cellDay, cellMoment:
		t := c.time()
		if t.Year() < 1900 {
			return c.String(), nil // a workbook's days begin in 1900
		}
		// A workbook knows no zones: the clock's hands are what it keeps.
		return excelize.Cell{StyleID: w.styles[c.kind], Value: time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)}, nil
	}
	text := c.String()
	if text == "" {
		return nil, nil
	}
	if tooLong(text) {
		return nil, fail(CodeLongCell, "max", number(maxCell))
	}
	if w.row == 1 {
		return excelize.Cell{StyleID: w.header, Value: text}, nil
	}
	return text, nil
}

func (w *xlsxWriter) Close() error {
	if err := w.stream.Flush(); err != nil {
		w.book.Close()
		return ofOutput(err)
	}
	if err := w.book.Write(w.out); err != nil {
		w.book.Close()
		return ofOutput(err)
	}
	return ofOutput(w.book.Close())
}
