package enroll

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"patio/sync/protocol"
	"patio/sync/record"
)

// invited is a code that a hub in a shop would give out.
func invited() Code {
	return Code{
		Addresses: []string{"https://192.168.0.10:8443", "https://patio.example"},
		Workspace: record.ID{0: 0x11, 6: 0x47, 8: 0x80, 15: 0x22},
		Pin:       bytes.Repeat([]byte{0xa5}, 32),
		Secret:    bytes.Repeat([]byte{0x3c}, 32),
		Expires:   1795392000000,
	}
}

func written(t testing.TB, c Code) string {
	t.Helper()
	text, err := c.String()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func refused(err error) bool {
	var e *protocol.Error
	return errors.As(err, &e) && e.Code == protocol.CodeMistyped
}

// The golden code is what devices in the field were given: it must be read for ever.
func TestACodeStaysWhatItIs(t *testing.T) {
	golden, err := os.ReadFile(filepath.Join("testdata", "code.v1.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if got := written(t, invited()); got != strings.TrimSpace(string(golden)) {
		t.Errorf("written as\n%s\nwant\n%s", got, golden)
	}
	got, err := Parse(string(golden))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(invited(), got, cmpopts.IgnoreUnexported(Code{})); d != "" {
		t.Error(d)
	}
}

func TestACodeIsReadHoweverItWasPasted(t *testing.T) {
	code := written(t, invited())
	for name, text := range map[string]string{
		"small letters":    strings.ToLower(code),
		"no hyphens":       strings.ReplaceAll(code, "-", ""),
		"spaces":           "  " + strings.ReplaceAll(code, "-", " ") + "\r\n",
		"broken lines":     code[:60] + "\n" + code[60:],
		"letters as taken": strings.NewReplacer("0", "O", "1", "l").Replace(code),
	} {
		if got, err := Parse(text); err != nil || !cmp.Equal(got, invited(), cmpopts.IgnoreUnexported(Code{})) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	behindProxy := invited()
	behindProxy.Pin = nil
	if got, err := Parse(written(t, behindProxy)); err != nil || len(got.Pin) != 0 {
		t.Errorf("without a pin: %+v, %v", got, err)
	}
}

func TestEveryLetterTypedWrongIsNoticed(t *testing.T) {
	code := written(t, invited())
	for i := range code {
		for _, other := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-?" {
			changed := code[:i] + string(other) + code[i+1:]
			if alike.Replace(changed) == alike.Replace(code) {
				continue // the same code in other letters
			}
			if _, err := Parse(changed); !refused(err) {
				t.Errorf("letter %d as %c: %v", i, other, err)
			}
		}
		if _, err := Parse(code[:i]); !refused(err) {
			t.Errorf("cut at %d: %v", i, err)
		}
		if i > 0 && alike.Replace(code[i-1:i]) != alike.Replace(code[i:i+1]) && code[i] != '-' && code[i-1] != '-' {
			if _, err := Parse(code[:i-1] + code[i:i+1] + code[i-1:i] + code[i+1:]); !refused(err) {
				t.Errorf("letters %d and %d exchanged: %v", i-1, i, err)
			}
		}
	}
	for _, text := range []string{"", "PATIO1", "PATIO1-", "PATIO1-0", "PATIO2-" + code[7:], code + "0", strings.Repeat("PATIO1", 1000)} {
		if _, err := Parse(text); !refused(err) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestWhatNoHubGivesOutIsNoCode(t *testing.T) {
	for name, change := range map[string]func(*Code){
		"no address":          func(c *Code) { c.Addresses = nil },
		"many addresses":      func(c *Code) { c.Addresses = make([]string, 9) },
		"plain text":          func(c *Code) { c.Addresses = []string{"http://192.168.0.10"} },
		"an address and more": func(c *Code) { c.Addresses = []string{"https://patio.example/other"} },
		"a long address":      func(c *Code) { c.Addresses = []string{"https://" + strings.Repeat("a", 300)} },
		"half a pin":          func(c *Code) { c.Pin = c.Pin[:16] },
		"no secret":           func(c *Code) { c.Secret = nil },
	} {
		c := invited()
		change(&c)
		if text, err := c.String(); err == nil {
			t.Errorf("%s: %s", name, text)
		}
	}
}

func TestACodeExpires(t *testing.T) {
	c := invited()
	end := time.UnixMilli(c.Expires)
	if c.Expired(end) || !c.Expired(end.Add(time.Millisecond)) {
		t.Error("not at its time")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(written(f, invited()))
	f.Add("PATIO1-00000-00000")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			if !refused(err) {
				t.Fatalf("%v", err)
			}
			return
		}
		if again := written(t, c); alike.Replace(again) != alike.Replace(strings.ToUpper(text)) {
			t.Fatalf("%q was read as %q", text, again)
		}
	})
}
