package protocol

import (
	"errors"
	"testing"

	"pgregory.net/rapid"
)

func TestAPartOfABlobReadsAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 1<<40).Draw(t, "size")
		from := rapid.Int64Range(0, size-1).Draw(t, "from")
		at := Span{From: from, To: rapid.Int64Range(from+1, size).Draw(t, "to"), Size: size}
		if got, err := ReadContentRange(at.ContentRange()); err != nil || got != at {
			t.Fatalf("%q reads as %+v, %v", at.ContentRange(), got, err)
		}
		at.Size = 0
		if got, err := ReadRange(at.Range()); err != nil || got != at {
			t.Fatalf("%q reads as %+v, %v", at.Range(), got, err)
		}
	})
}

func TestWhatIsNoPartOfABlobIsMalformed(t *testing.T) {
	var refusal *Error
	for _, header := range []string{
		"", "bytes", "bytes 0-0/0", "bytes 0-1/1", "bytes 2-1/3", "bytes -1-1/3", "bytes 0-1/*", "bytes */3", "bytes 00-1/3", "bytes 0-1/3 ", "bytes +0-1/3",
		"bytes 0-9223372036854775807/9223372036854775807", "bytes 0-99999999999999999999/3",
	} {
		if at, err := ReadContentRange(header); !errors.As(err, &refusal) || refusal.Code != CodeMalformed {
			t.Errorf("%q: %+v, %v", header, at, err)
		}
	}
	for _, header := range []string{"", "bytes=0-", "bytes=-5", "bytes=3-2", "bytes=0-1,3-4", "bytes=0-9223372036854775807", "chars=0-1"} {
		if at, err := ReadRange(header); !errors.As(err, &refusal) || refusal.Code != CodeMalformed {
			t.Errorf("%q: %+v, %v", header, at, err)
		}
	}
	id := BlobID{0xab, 31: 1}
	if got, err := ReadBlobID(id.String()); err != nil || got != id {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "ab", id.String() + "00", id.String()[:63] + "g", "AB" + id.String()[2:]} {
		if _, err := ReadBlobID(text); !errors.As(err, &refusal) || refusal.Code != CodeMalformed {
			t.Errorf("%q: %v", text, err)
		}
	}
}
