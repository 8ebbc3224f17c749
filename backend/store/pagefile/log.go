package pagefile

import (
	"encoding/binary"
	"io"
	"os"
)

// The write-ahead log: a header of 32 bytes, then frames of 24 bytes and a
// page each. A frame counts when its salts are the header's, its checksum
// continues the one before, and a commit frame stands at or after it.

const (
	logHeader   = 32
	frameHeader = 24
	logMagic    = 0x377f0682 // its last bit: checksums are big-endian
)

// readLog answers where the newest committed image of each page lies, and how
// many pages the last commit left. A log that is none, or of which no commit
// is whole, answers nothing, as SQLite reads it.
func readLog(f *os.File) (at map[uint32]int64, pageSize int, pages uint32, err error) {
	head := make([]byte, logHeader)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, 0, 0, ignoreEOF(err)
	}
	magic := binary.BigEndian.Uint32(head)
	if magic&^1 != logMagic {
		return nil, 0, 0, nil
	}
	var order binary.ByteOrder = binary.LittleEndian
	if magic&1 == 1 {
		order = binary.BigEndian
	}
	pageSize = int(binary.BigEndian.Uint32(head[8:]))
	sum := checksum{order: order}
	sum.add(head[:24])
	if !validPageSize(pageSize) || !sum.is(head[24:]) {
		return nil, 0, 0, nil
	}
	at = map[uint32]int64{}
	pending := map[uint32]int64{}
	frame := make([]byte, frameHeader+pageSize)
	for offset := int64(logHeader); ; offset += int64(len(frame)) {
		if _, err := f.ReadAt(frame, offset); err != nil {
			return at, pageSize, pages, ignoreEOF(err)
		}
		sum.add(frame[:8])
		sum.add(frame[frameHeader:])
		if string(frame[8:16]) != string(head[16:24]) || !sum.is(frame[16:]) {
			return at, pageSize, pages, nil
		}
		pending[binary.BigEndian.Uint32(frame)] = offset + frameHeader
		if size := binary.BigEndian.Uint32(frame[4:]); size > 0 {
			for page, where := range pending {
				at[page] = where
			}
			clear(pending)
			pages = size
		}
	}
}

func ignoreEOF(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// checksum is the log's running sum over pairs of 32-bit words.
type checksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

func (c *checksum) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		c.s0 += c.order.Uint32(b) + c.s1
		c.s1 += c.order.Uint32(b[4:]) + c.s0
	}
}

func (c *checksum) is(b []byte) bool {
	return binary.BigEndian.Uint32(b) == c.s0 && binary.BigEndian.Uint32(b[4:]) == c.s1
}
