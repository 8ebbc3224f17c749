package sheet

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encodings of a text file.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1252 = "windows-1252"
)

// survey is what one pass over the bytes of a file tells.
type survey struct {
	fingerprint string // SHA-256, hex
	encoding    string
	bareCR      bool // lines end with CR alone, as on old Macs
}

// surveyFile reads f once. The rule of encodings: a byte order mark, else
// UTF-8 when the bytes are that, else Windows-1252. A few broken bytes in an
// otherwise good UTF-8 file, as a cut leaves them, don't turn every accent
// into two.
func surveyFile(f io.Reader) (survey, error) {
	hash := sha256.New()
	in := bufio.NewReaderSize(io.TeeReader(f, hash), headBytes)
	head, _ := in.Peek(4)
	mark := utf16Mark(head)
	utf8Mark := bytes.HasPrefix(head, []byte("\xef\xbb\xbf"))
	var good, bad, cr, lf int
	buf := make([]byte, 0, headBytes)
	for {
		n, err := in.Read(buf[len(buf):cap(buf)])
		if err != nil && err != io.EOF {
			return survey{}, err
		}
		buf = buf[:len(buf)+n]
		rest := countRunes(buf, err == io.EOF, &good, &bad)
		cr += bytes.Count(buf[:len(buf)-len(rest)], []byte{'\r'})
		lf += bytes.Count(buf[:len(buf)-len(rest)], []byte{'\n'})
		buf = append(buf[:0], rest...)
		if err == io.EOF {
			break
		}
	}
	s := survey{fingerprint: hex.EncodeToString(hash.Sum(nil)), bareCR: cr > 0 && lf == 0}
	switch {
	case mark != "":
		s.encoding = mark
	case utf8Mark || bad == 0 || good > 20*bad:
		s.encoding = UTF8
	default:
		s.encoding = Windows1252
	}
	return s, nil
}

// countRunes counts the multi-byte runes of b that are UTF-8 and the bytes
// that are not, and answers the unfinished rune at its end.
func countRunes(b []byte, last bool, good, bad *int) (rest []byte) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !last && !utf8.FullRune(b[i:]) {
			return b[i:]
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			*bad++
		} else {
			*good++
		}
		i += size
	}
	return nil
}

// decode answers f as UTF-8 without a byte order mark, lines ending with LF.
func (s survey) decode(f io.Reader) io.Reader {
	var e encoding.Encoding
	switch s.encoding {
	case UTF16LE, UTF16BE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
	case Windows1252:
		e = charmap.Windows1252
	default:
		e = unicode.UTF8BOM
	}
	steps := []transform.Transformer{e.NewDecoder()}
	if s.bareCR {
		steps = append(steps, &crToLF{})
	}
	return transform.NewReader(f, transform.Chain(steps...))
}

// crToLF ends lines with LF where CR stands alone throughout.
type crToLF struct{ transform.NopResetter }

func (*crToLF) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	n := copy(dst, src)
	for i, c := range dst[:n] {
		if c == '\r' {
			dst[i] = '\n'
		}
	}
	if n < len(src) {
		err = transform.ErrShortDst
	}
	return n, n, err
}
