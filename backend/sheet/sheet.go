package sheet

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// Formats of a file.
const (
	CSV  = "csv" // text, whatever its separator
	XLSX = "xlsx"
)

const (
	rowsFile  = "rows"
	aboutFile = "about.json"
)

// Sheet is a file's rows in a private copy, and what was found about them. Its
// methods may be called at once from several goroutines, Close aside.
type Sheet struct {
	Name        string    `json:"name"`        // of the file, without its folder
	Fingerprint string    `json:"fingerprint"` // SHA-256 of the file, hex
	Format      string    `json:"format"`      // CSV or XLSX
	Encoding    string    `json:"encoding"`    // of a text file
	Separator   string    `json:"separator"`   // of a text file
	Tab         string    `json:"tab"`         // the workbook's sheet that was read
	Tabs        []string  `json:"tabs"`        // all visible sheets of the workbook
	Headers     []string  `json:"headers"`     // one per column; "" for a column without
	HeaderLine  int       `json:"headerLine"`  // line in the file, 0 when there is no header
	Above       int       `json:"above"`       // rows above the header, which are not rows of the sheet
	Count       int       `json:"count"`       // rows, blank ones not counted
	Blank       int       `json:"blank"`       // blank rows
	Profiles    []Profile `json:"profiles"`    // one per column
	Index       []int64   `json:"index"`       // where in the spool every 1,024th row begins
	Size        int64     `json:"size"`        // of the spool, bytes

	dir string
}

// Row is one row that is not blank.
type Row struct {
	Index int      // from 0, blank rows not counted
	Line  int      // from 1, as a spreadsheet program numbers it
	Cells []string // may be fewer than the headers
}

// Resume opens the private copy that a Sheet left in folder (see Folder), for
// an import that was interrupted.
func Resume(folder string) (*Sheet, error) {
	text, err := os.ReadFile(filepath.Join(folder, aboutFile))
	if err != nil {
		return nil, ofFile(err)
	}
	s := &Sheet{dir: folder}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, fail(CodeCorrupt).Because(err)
	}
	stat, err := os.Stat(filepath.Join(folder, rowsFile))
	if err != nil {
		return nil, ofFile(err)
	}
	if stat.Size() != s.Size || len(s.Index) != (s.Count+indexEvery-1)/indexEvery {
		return nil, fail(CodeCorrupt)
	}
	return s, nil
}

// Folder is where the private copy lives. Close removes it; a program that
// ends without Close finds it again with Resume.
func (s *Sheet) Folder() string { return s.dir }

// Sync makes the private copy survive a power cut, before an import that must
// be resumable begins.
func (s *Sheet) Sync() error {
	for _, name := range []string{rowsFile, aboutFile} {
		f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_RDWR, 0)
		if err != nil {
			return ofFile(err)
		}
		if err := errors.Join(f.Sync(), f.Close()); err != nil {
			return ofFile(err)
		}
	}
	return nil
}

// Close removes the private copy.
func (s *Sheet) Close() error { return removeCopy(s.dir) }

// removeCopy removes a folder of ours and the files in it. It goes no deeper:
// nothing of ours does, and a wrong path must not cost a tree.
func removeCopy(dir string) error {
	files, err := os.ReadDir(dir)
	for _, f := range files {
		err = errors.Join(err, os.Remove(filepath.Join(dir, f.Name())))
	}
	if err = errors.Join(err, os.Remove(dir)); err != nil {
		return ofFile(err)
	}
	return nil
}

// Sample answers the first n rows.
func (s *Sheet) Sample(n int) ([]Row, error) {
	rows := make([]Row, 0, min(n, s.Count))
	for row, err := range s.Rows(0) {
		if err != nil {
			return nil, err
		}
		if len(rows) == n {
			break
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Rows goes through the rows from index from on. An error ends it; there is
// none but that the private copy can't be read.
func (s *Sheet) Rows(from int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if from < 0 || from >= s.Count {
			return
		}
		f, err := os.Open(filepath.Join(s.dir, rowsFile))
		if err != nil {
			yield(Row{}, ofFile(err))
			return
		}
		defer f.Close()
		if _, err := f.Seek(s.Index[from/indexEvery], io.SeekStart); err != nil {
			yield(Row{}, ofFile(err))
			return
		}
		in := bufio.NewReaderSize(f, 128<<10)
		var frame []byte
		for index := from - from%indexEvery; index < s.Count; index++ {
			if frame, err = readFrame(in, frame); err != nil {
				yield(Row{}, fail(CodeCorrupt).Because(err))
				return
			}
			if index < from {
				continue
			}
			line, cells, err := parseRow(frame)
			if err != nil {
				yield(Row{}, fail(CodeCorrupt).Because(err))
				return
			}
			if !yield(Row{index, line, cells}, nil) {
				return
			}
		}
	}
}

// ColumnName is a column's letters, as spreadsheet programs have them.
func ColumnName(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// columnTitle is a column's header, or its letters when it has none.
func (s *Sheet) columnTitle(column int) string {
	if column < len(s.Headers) {
		if title := strings.Join(strings.Fields(s.Headers[column]), " "); title != "" {
			return title
		}
	}
	return ColumnName(column)
}

func tidyBlank(cell string) bool {
	return strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }) == ""
}
