package sheet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"patio/backend/crm"
)

// Options say how Open works.
type Options struct {
	// Dir is where the private copy goes, a folder of its own for each sheet;
	// "" is the system's temporary folder. What a killed program leaves there
	// holds customers' records: whoever gives Dir clears what no import needs.
	Dir string
	// Tab names the sheet of a workbook; "" is the first visible one that
	// holds anything.
	Tab string
	// Progress hears how many rows were read, now and then.
	Progress func(rows int)
}

// Open reads the file at path, whatever it is, into a private copy. It answers
// a *crm.Error with one of this package's codes for a file that can't be
// imported, crm.CodeCancelled when ctx ended, crm.CodeDiskFull.
func Open(ctx context.Context, path string, options Options) (*Sheet, error) {
	s, err := open(ctx, path, options)
	if err != nil && ctx.Err() != nil {
		return nil, fail(crm.CodeCancelled).Because(ctx.Err())
	}
	if err != nil {
		return nil, ofFile(err)
	}
	return s, nil
}

func open(ctx context.Context, path string, options Options) (_ *Sheet, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	stat, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !stat.Mode().IsRegular():
		return nil, fail(CodeUnreadable)
	case stat.Size() > maxFile:
		return nil, fail(CodeTooLarge, "max", number(maxFile>>20))
	}
	head := make([]byte, headBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	what, err := recognise(head[:n])
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	seen, err := surveyFile(f)
	if err != nil {
		return nil, err
	}

	dir, err := os.MkdirTemp(options.Dir, "sheet-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeCopy(dir))
		}
	}()
	in, err := newIntake(dir, options.Progress)
	if err != nil {
		return nil, err
	}
	s := &Sheet{dir: dir, Name: filepath.Base(path), Fingerprint: seen.fingerprint}
	if what == kindZip {
		s.Format = XLSX
		last := 0
		s.Tab, s.Tabs, err = readWorkbook(ctx, path, options.Tab, dir, func(line int, cells []string) error {
			in.blank += line - last - 1 // the reader passes over them
			last = line
			return in.take(line, cells)
		})
	} else {
		var comma rune
		s.Format, s.Encoding = CSV, seen.encoding
		if _, err = f.Seek(0, io.SeekStart); err == nil {
			comma, err = readText(ctx, seen.decode(f), in.take)
		}
		s.Separator = string(comma)
	}
	if err != nil {
		return nil, errors.Join(err, in.spool.close())
	}
	if err = in.finish(s); err != nil {
		return nil, err
	}
	return s, s.save()
}

// intake takes rows from a source: it bounds them, drops blank ones, finds the
// header, writes the spool and watches the columns.
type intake struct {
	spool    *spoolWriter
	progress func(int)
	early    []Row // rows before the header is known
	settled  bool
	columns  []Profile
	headers  []string
	header   int // its line, 0 when there is none
	above    int
	blank    int
}

func newIntake(dir string, progress func(int)) (*intake, error) {
	spool, err := createSpool(filepath.Join(dir, rowsFile))
	if err != nil {
		return nil, err
	}
	return &intake{spool: spool, progress: progress}, nil
}

func (in *intake) take(line int, cells []string) error {
	width := 0
	for i, c := range cells {
		if c = cleanCell(c); !isBlank(c) {
			width = i + 1
		}
		if i < MaxColumns {
			cells[i] = c
		}
	}
	switch {
	case width == 0:
		in.blank++
		return nil
	case width > MaxColumns:
		return fail(CodeManyColumns, "max", number(MaxColumns), "found", number(width), "row", number(line))
	}
	cells = cells[:width]
	if in.settled {
		return in.keep(line, cells)
	}
	in.early = append(in.early, Row{Line: line, Cells: append([]string(nil), cells...)})
	if len(in.early) < headerRows {
		return nil
	}
	return in.settle()
}

// settle decides on the header and lets the rows below it through.
func (in *intake) settle() error {
	in.settled = true
	at := findHeader(in.early)
	if at >= 0 {
		in.headers, in.header, in.above = in.early[at].Cells, in.early[at].Line, at
	}
	for _, row := range in.early[at+1:] {
		if err := in.keep(row.Line, row.Cells); err != nil {
			return err
		}
	}
	in.early = nil
	return nil
}

func (in *intake) keep(line int, cells []string) error {
	for len(in.columns) < len(cells) {
		in.columns = append(in.columns, Profile{})
	}
	for i, c := range cells {
		if !isBlank(c) {
			in.columns[i].watch(c)
		}
	}
	if in.spool.rows == MaxRows {
		return fail(CodeManyRows, "max", number(MaxRows))
	}
	if in.progress != nil && in.spool.rows%1000 == 0 {
		in.progress(in.spool.rows)
	}
	return in.spool.add(line, cells)
}

// finish closes the spool and tells s what was found.
func (in *intake) finish(s *Sheet) error {
	if !in.settled {
		if err := in.settle(); err != nil {
			return errors.Join(err, in.spool.close())
		}
	}
	if err := in.spool.close(); err != nil {
		return err
	}
	s.Count, s.Blank, s.Above, s.HeaderLine = in.spool.rows, in.blank, in.above, in.header
	width := max(len(in.headers), len(in.columns))
	s.Headers = append(in.headers, make([]string, width-len(in.headers))...)
	s.Profiles = append(in.columns, make([]Profile, width-len(in.columns))...)
	s.Index, s.Size = in.spool.index, in.spool.size
	switch {
	case s.Count == 0 && s.HeaderLine == 0:
		return fail(CodeEmpty)
	case s.Count == 0:
		return fail(CodeNoRows)
	}
	return nil
}

func isBlank(cell string) bool {
	for i := 0; i < len(cell); i++ {
		if c := cell[i]; c > ' ' && c < 0x80 {
			return false
		} else if c >= 0x80 {
			return tidyBlank(cell)
		}
	}
	return true
}

// save writes what Resume needs beside the spool.
func (s *Sheet) save() error {
	f, err := os.OpenFile(filepath.Join(s.dir, aboutFile), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	return errors.Join(json.NewEncoder(out).Encode(s), out.Flush(), f.Close())
}
