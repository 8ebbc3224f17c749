package sheet

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// The spool is the private copy of a sheet's rows: whatever the file was, the
// rest of the package reads this, from any row on, as often as it likes, while
// the person goes on editing the original. Each row is a frame:
//
//	uvarint  length of what follows
//	uvarint  line in the file
//	uvarint  number of cells, then the length of each as uvarint
//	         the cells' bytes, UTF-8
//
// indexEvery rows the frame's offset is remembered.
const indexEvery = 1024

// maxFrame bounds a frame that is read back: a row at its longest, its counts,
// and what decoding added.
const maxFrame = 4 * maxRecord

var errFrame = errors.New("damaged frame")

type spoolWriter struct {
	file  *os.File
	out   *bufio.Writer
	frame []byte
	rows  int
	size  int64
	index []int64
}

func createSpool(path string) (*spoolWriter, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &spoolWriter{file: f, out: bufio.NewWriterSize(f, 256<<10)}, nil
}

func (w *spoolWriter) add(line int, cells []string) error {
	if w.rows%indexEvery == 0 {
		w.index = append(w.index, w.size)
	}
	w.frame = appendRow(w.frame[:0], line, cells)
	n, err := writeFrame(w.out, w.frame)
	w.size += int64(n)
	w.rows++
	return err
}

func (w *spoolWriter) close() error {
	return errors.Join(w.out.Flush(), w.file.Close())
}

func appendRow(b []byte, line int, cells []string) []byte {
	b = binary.AppendUvarint(b, uint64(line))
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, c := range cells {
		b = binary.AppendUvarint(b, uint64(len(c)))
	}
	for _, c := range cells {
		b = append(b, c...)
	}
	return b
}

func writeFrame(w io.Writer, frame []byte) (int, error) {
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(len(frame)))
	if _, err := w.Write(head[:n]); err != nil {
		return 0, err
	}
	m, err := w.Write(frame)
	return n + m, err
}

// readFrame answers the next frame, in buf when it fits. io.EOF stands for a
// clean end only.
func readFrame(r *bufio.Reader, buf []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err == io.EOF {
		return nil, err
	}
	if err != nil || n > maxFrame {
		return nil, errFrame
	}
	if uint64(cap(buf)) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, errFrame
	}
	return buf, nil
}

// parseRow takes a frame apart. The cells share one string.
func parseRow(frame []byte) (line int, cells []string, err error) {
	at := 0
	next := func() uint64 {
		v, n := binary.Uvarint(frame[at:])
		if n <= 0 {
			err = errFrame
			at = len(frame)
			return 0
		}
		at += n
		return v
	}
	line = int(next())
	n := next()
	if err != nil || n > uint64(len(frame)) {
		return 0, nil, errFrame
	}
	var lengths [MaxColumns]int
	if n > MaxColumns {
		return 0, nil, errFrame
	}
	total := 0
	for i := range lengths[:n] {
		length := next()
		if length > maxFrame {
			return 0, nil, errFrame
		}
		lengths[i] = int(length)
		total += int(length)
	}
	if err != nil || total != len(frame)-at {
		return 0, nil, errFrame
	}
	text := string(frame[at:])
	cells = make([]string, n)
	for i := range cells {
		cells[i], text = text[:lengths[i]], text[lengths[i]:]
	}
	return line, cells, nil
}

// cleanCell makes a cell's text safe to keep: valid UTF-8, lines ended by LF,
// no control characters, the inert mark of our own export taken off.
func cleanCell(cell string) string {
	plain := true
	for i := 0; i < len(cell); i++ {
		if c := cell[i]; c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if !plain {
		if !utf8.ValidString(cell) {
			cell = strings.ToValidUTF8(cell, "\uFFFD")
		}
		if strings.IndexByte(cell, '\r') >= 0 {
			cell = strings.ReplaceAll(strings.ReplaceAll(cell, "\r\n", "\n"), "\r", "\n")
		}
		cell = strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0xfeff {
				return -1
			}
			return r
		}, cell)
	}
	return revive(cell)
}
