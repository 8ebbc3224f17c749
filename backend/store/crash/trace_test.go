//go:build linux

package crash_test

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"patio/backend/store"
)

// Kinds of call that change a disk, or wait for it.
const (
	callWrite    = "write"
	callTruncate = "truncate"
	callSync     = "sync" // of a file or a folder
	callCreate   = "create"
	callUnlink   = "unlink"
	callRename   = "rename"
	callSay      = "say" // the child's word on what it did
)

// call is one system call of a traced child, in the order of a clock that
// counts what the tracer saw.
type call struct {
	kind  string
	name  string // the file's name in the data folder, "." for the folder
	to    string // of a rename
	off   int64
	size  int64 // of a truncate
	data  []byte
	began int
	ended int // math.MaxInt when it never returned
}

// at is when the call counts: a write may be on the disk from its beginning, a
// sync is worth something at its end only.
func (c call) at() int {
	if c.kind == callSync {
		return c.ended
	}
	return c.began
}

// tracked are the files of the data folder whose writes a power cut can take.
var tracked = []string{store.FileName, store.FileName + "-wal", store.FileName + "-journal", "patio.lock"}

// tracedCalls are all by which a file can change; what the parser doesn't know
// of them fails the test.
const tracedCalls = "open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile," +
	"mmap,fsync,fdatasync,sync,syncfs,sync_file_range,unlink,unlinkat,rename,renameat,renameat2,link,linkat"

// trace runs a child on dir to its end. It answers the disk before, and what
// the child did to it.
func trace(t testing.TB, scratch, dir, role string, env ...string) (*disk, []call) {
	t.Helper()
	before, err := newDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing, with which the writes of a power cut are recorded: apt-get install strace")
	}
	out, acks := filepath.Join(scratch, role+".trace"), filepath.Join(scratch, role+".acks")
	args := []string{"-f", "-qq", "-y", "-xx", "-a", "1", "-s", "10000000", "--seccomp-bpf", "-e", "signal=none", "-e", "trace=" + tracedCalls, "-o", out, "-P", dir, "-P", acks}
	for _, name := range tracked {
		args = append(args, "-P", filepath.Join(dir, name))
	}
	cmd := exec.Command(strace, append(args, os.Args[0])...)
	cmd.Env = append(append(os.Environ(), childRole+"="+role, childDir+"="+dir, childAcks+"="+acks), env...)
	if said, err := cmd.CombinedOutput(); err != nil || len(said) > 0 {
		t.Fatalf("strace: %v\n%s", err, said)
	}
	calls, err := readTrace(out, parser{dir: dir, acks: acks, known: before.names()})
	if err == nil {
		err = errors.Join(os.Remove(out), os.Remove(acks))
	}
	if err != nil {
		t.Fatal(err)
	}
	return before, calls
}

// Lines of strace: whole calls, and those that another thread's call cut in two.
var (
	wholeCall = regexp.MustCompile(`^(\d+) +(\w+)\(`)
	unfinish  = []byte(" <unfinished ...>")
	resumed   = regexp.MustCompile(`^(\d+) +<\.\.\. \w+ resumed>`)
)

func readTrace(path string, p parser) ([]call, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	type half struct {
		text  string
		began int
	}
	var out []call
	halves := map[string]half{}
	take := func(text string, began, ended int) error {
		c, ok, err := p.parse(text)
		if err != nil {
			return fmt.Errorf("%s line %d: %w", path, began, err)
		}
		if ok {
			c.began, c.ended = began, ended
			out = append(out, c)
		}
		return nil
	}
	r := bufio.NewReaderSize(f, 1<<20)
	for at := 1; ; at++ {
		text, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		if m := resumed.FindSubmatchIndex(text); m != nil {
			pid := string(text[m[2]:m[3]])
			h := halves[pid]
			delete(halves, pid)
			err = take(h.text+string(text[m[1]:]), h.began, at)
		} else if m := wholeCall.FindSubmatchIndex(text); m == nil {
			err = fmt.Errorf("%s line %d is none of strace's: %.100s", path, at, text)
		} else if pid := string(text[m[2]:m[3]]); bytes.HasSuffix(text, unfinish) {
			halves[pid] = half{string(text[m[4] : len(text)-len(unfinish)]), at}
		} else {
			err = take(string(text[m[4]:]), at, at)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, h := range halves { // the process ended within
		if err := take(h.text+") = ?", h.began, math.MaxInt); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(out, func(a, b call) int { return a.at() - b.at() })
	return out, nil
}

// parser reads single calls.
type parser struct {
	dir, acks string
	known     map[string]bool // names in the folder, to tell a creation
}

// parse reads one call: name(arguments) = result. It answers false for one
// that changes nothing.
func (p *parser) parse(text string) (call, bool, error) {
	open, end := strings.IndexByte(text, '('), strings.LastIndex(text, ") = ")
	if open < 0 || end < open {
		return call{}, false, fmt.Errorf("no call: %.100s", text)
	}
	verb, args, result := text[:open], strings.Split(text[open+1:end], ", "), text[end+len(") = "):]
	if strings.HasPrefix(result, "-1 ") {
		return call{}, false, nil
	}
	odd := fmt.Errorf("unexpected %s: %.200s = %s", verb, strings.Join(args, ", "), result)
	switch verb {
	case "open", "openat":
		if verb == "openat" {
			args = args[1:]
		}
		name := p.nameOf(args[0])
		if name == "" || !strings.Contains(args[1], "O_CREAT") || p.known[name] && !strings.Contains(args[1], "O_TRUNC") {
			return call{}, false, nil
		}
		kind := callCreate
		if p.known[name] {
			kind = callTruncate
		}
		p.known[name] = true
		return call{kind: kind, name: name}, true, nil
	case "unlink":
		name := p.nameOf(args[0])
		delete(p.known, name)
		return call{kind: callUnlink, name: name}, true, nil
	case "unlinkat":
		name := p.nameOf(args[1])
		delete(p.known, name)
		return call{kind: callUnlink, name: name}, true, nil
	case "rename", "renameat", "renameat2":
		if verb != "rename" {
			args = []string{args[1], args[3]}
		}
		from, to := p.nameOf(args[0]), p.nameOf(args[1])
		delete(p.known, from)
		p.known[to] = true
		return call{kind: callRename, name: from, to: to}, true, nil
	case "mmap":
		if strings.Contains(args[2], "PROT_WRITE") && strings.Contains(args[3], "MAP_SHARED") {
			return call{}, false, odd
		}
		return call{}, false, nil
	case "fsync", "fdatasync":
		return call{kind: callSync, name: p.nameOf(args[0])}, true, nil
	case "ftruncate":
		size, err := strconv.ParseInt(args[1], 10, 64)
		return call{kind: callTruncate, name: p.nameOf(args[0]), size: size}, true, err
	case "write", "pwrite64":
		data, err := unhex(args[1])
		if err != nil {
			return call{}, false, err
		}
		name := p.nameOf(args[0])
		if result != "?" {
			n, err := strconv.Atoi(result)
			if err != nil || n > len(data) {
				return call{}, false, odd
			}
			data = data[:n]
		}
		if verb == "write" {
			if name != sayName {
				return call{}, false, odd
			}
			return call{kind: callSay, data: data}, true, nil
		}
		off, err := strconv.ParseInt(args[3], 10, 64)
		return call{kind: callWrite, name: name, off: off, data: data}, true, err
	}
	return call{}, false, odd
}

// sayName stands for the file of acknowledgements.
const sayName = "acks"

// nameOf answers a file's name in the folder from a path or a descriptor with
// its path: 5<\x2f…>. It is "" for what isn't there.
func (p *parser) nameOf(arg string) string {
	start, end := strings.IndexAny(arg, `<"`), strings.LastIndexAny(arg, `>"`)
	if start < 0 || end <= start {
		return ""
	}
	b, err := unhex(arg[start : end+1])
	switch path := string(b); {
	case err != nil:
		return ""
	case path == p.acks:
		return sayName
	case path == p.dir:
		return "."
	case filepath.Dir(path) == p.dir:
		return filepath.Base(path)
	}
	return ""
}

// unhex reads strace's "\x2f\x64…", or the same in angle brackets.
func unhex(quoted string) ([]byte, error) {
	if len(quoted) < 2 || (len(quoted)-2)%4 != 0 {
		return nil, fmt.Errorf("no string of hexadecimal bytes: %.40s", quoted)
	}
	digits := make([]byte, 0, len(quoted)/2)
	for in := quoted[1 : len(quoted)-1]; len(in) > 0; in = in[4:] {
		if in[:2] != `\x` {
			return nil, fmt.Errorf("no hexadecimal byte: %.40s", in)
		}
		digits = append(digits, in[2], in[3])
	}
	_, err := hex.Decode(digits, digits)
	return digits[:len(digits)/2], err
}
