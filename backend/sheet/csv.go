package sheet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// sink takes the rows of a source one after the other. line counts from 1 as
// a spreadsheet program shows it; cells are the sink's only until it returns.
type sink func(line int, cells []string) error

// separators that a file may have, the likeliest first: it wins a tie.
var separators = []rune{';', '\t', ',', '|'}

// readText reads CSV or TSV from decoded text and answers its separator.
func readText(ctx context.Context, text io.Reader, take sink) (rune, error) {
	in := bufio.NewReaderSize(text, headBytes)
	head, err := in.Peek(headBytes)
	if err != nil && err != io.EOF {
		return 0, err
	}
	firstLine := 1
	comma, named := namedSeparator(head)
	if named {
		if _, err := in.ReadBytes('\n'); err != nil && err != io.EOF {
			return 0, err
		}
		firstLine = 2
	} else {
		comma = findSeparator(head, err == io.EOF)
	}
	return comma, readRecords(ctx, in, comma, firstLine, take)
}

// namedSeparator reads the "sep=;" line that Excel understands.
func namedSeparator(head []byte) (rune, bool) {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	line = bytes.TrimRight(bytes.Trim(bytes.ToLower(line), "\" \r"), " ")
	if len(line) == 5 && bytes.HasPrefix(line, []byte("sep=")) && slices.Contains(separators, rune(line[4])) {
		return rune(line[4]), true
	}
	return 0, false
}

// findSeparator reads the first rows with each separator and keeps the one
// under which most rows agree on a number of columns, the first row above all:
// a comma inside every price or address must not beat the semicolons around it.
func findSeparator(head []byte, whole bool) rune {
	if cut := bytes.LastIndexByte(head, '\n'); !whole && cut > 0 {
		head = head[:cut+1]
	}
	best, bestScore := separators[0], 0
	for _, comma := range separators {
		r := newCSV(bytes.NewReader(head), comma)
		widths := map[int]int{}
		rows, first := 0, 0
		for rows < 200 {
			record, err := r.Read()
			if err == io.EOF {
				break
			}
			if rows++; err == nil {
				widths[len(record)]++
			}
			if rows == 1 {
				first = len(record)
			}
		}
		for width, n := range widths {
			percent := n * 100 / rows
			score := percent * percent * min(width-1, 20)
			if width == first {
				score *= 4
			}
			if width > 1 && score > bestScore {
				best, bestScore = comma, score
			}
		}
	}
	return best
}

func newCSV(in io.Reader, comma rune) *csv.Reader {
	r := csv.NewReader(in)
	r.Comma = comma
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	return r
}

// readRecords reads strictly, so that an open quote is found where it stands
// and not a thousand rows later; rows with stray quotes are mended one by one.
func readRecords(ctx context.Context, in io.Reader, comma rune, firstLine int, take sink) error {
	kept := &tail{in: in}
	r := newCSV(kept, comma)
	for n := 0; ; n++ {
		if n%512 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		record, err := r.Read()
		var parse *csv.ParseError
		line := firstLine + kept.lines
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, errLongRecord):
			if at := bytes.IndexByte(kept.bytes, '"'); at == 0 || at > 0 && kept.bytes[at-1] == byte(comma) {
				return fail(CodeOpenQuote, "row", number(line))
			}
			return fail(CodeLongRow, "row", number(line))
		case errors.As(err, &parse):
			line = firstLine - 1 + parse.StartLine
			if record = mend(kept.until(r.InputOffset()), comma, parse.Err); record == nil {
				return fail(CodeOpenQuote, "row", number(line))
			}
		case err != nil:
			return err
		default:
			at, _ := r.FieldPos(0)
			line = firstLine - 1 + at
		}
		kept.forget(r.InputOffset())
		if err := take(line, record); err != nil {
			return err
		}
	}
}

// mend reads the one row at which a strict reader stopped. A quote inside a
// plain cell stands for itself (João "Zé" Silva). A cell that opens with a
// quote and goes on after the closing one is taken as it is written, within
// its line; over several lines nobody can tell where it ends: nil.
func mend(raw []byte, comma rune, why error) []string {
	if errors.Is(why, csv.ErrBareQuote) {
		r := newCSV(bytes.NewReader(raw), comma)
		r.LazyQuotes = true
		record, _ := r.Read()
		return record
	}
	line := strings.TrimRight(string(raw), "\r\n")
	line = strings.TrimLeft(line, "\r\n") // blank lines before the row
	if strings.Contains(line, "\n") || strings.Count(line, `"`)%2 == 1 {
		return nil
	}
	record := strings.Split(line, string(comma))
	for i, cell := range record {
		if n := len(cell); n >= 2 && cell[0] == '"' && cell[n-1] == '"' {
			record[i] = strings.ReplaceAll(cell[1:n-1], `""`, `"`)
		}
	}
	return record
}

var errLongRecord = errors.New("row longer than its bound")

// tail hands a reader's bytes on and keeps those since the last row, so that
// a row can be read again and its length is bounded.
type tail struct {
	in    io.Reader
	bytes []byte
	first int64 // offset of bytes[0]
	lines int   // line ends before it
}

func (t *tail) Read(p []byte) (int, error) {
	if len(t.bytes) > maxRecord {
		return 0, errLongRecord
	}
	n, err := t.in.Read(p)
	t.bytes = append(t.bytes, p[:n]...)
	return n, err
}

// until answers the kept bytes before offset.
func (t *tail) until(offset int64) []byte { return t.bytes[:offset-t.first] }

// forget drops everything before offset.
func (t *tail) forget(offset int64) {
	gone := t.until(offset)
	t.lines += bytes.Count(gone, []byte{'\n'})
	t.bytes = t.bytes[:copy(t.bytes, t.bytes[len(gone):])]
	t.first = offset
}
