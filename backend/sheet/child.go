package sheet

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
)

// A workbook is read by a child: this same program, started again with
// childWord. It gets an order on its standard input and answers frames (see
// spool.go) on its standard output, each after a byte that names it. A crash,
// a panic or the memory limit ends the child, never the program.
//
// Standard input stays open as long as the parent lives and wants rows; its
// end is the child's.
const (
	childWord   = "--read-workbook"
	childMark   = "PATIO_WORKBOOK_CHILD"
	answerRow   = 'R'
	answerEnd   = 'E' // JSON of ending
	answerError = 'X' // JSON of crm.Error
)

// childBudget is what the child's memory may grow by, in bytes, and
// childTarget what its garbage collector aims at: together with the parent an
// import stays within 256 MB, and an honest sheet of 100,000 rows needs half.
const (
	childBudget = 224 << 20
	childTarget = 96 << 20
)

// order is what the parent asks for.
type order struct {
	Path string `json:"path"`
	Tab  string `json:"tab"`
	Dir  string `json:"dir"` // for temporary files
}

// ending is the child's last word.
type ending struct {
	Tab  string   `json:"tab"`
	Tabs []string `json:"tabs"`
}

// IsChild says whether this process was started to read a workbook. Every main
// asks first, and then does nothing but os.Exit(ChildMain(…)).
func IsChild(args []string) bool { return len(args) > 1 && args[1] == childWord }

// readWorkbook has a child read a tab of the workbook at path.
func readWorkbook(ctx context.Context, path, tab, dir string, take sink) (string, []string, error) {
	if os.Getenv(childMark) != "" {
		return "", nil, crm.NewError(crm.CodeInternal, "").Because(errors.New("a main doesn't call sheet.ChildMain"))
	}
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(ctx, self, childWord)
	cmd.Env = append(os.Environ(), childMark+"=1", "GOTRACEBACK=single")
	cmd.WaitDelay = 5 * time.Second
	unseen(cmd)
	complaint := &firstBytes{}
	cmd.Stderr = complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	if err = json.NewEncoder(in).Encode(order{path, tab, dir}); err != nil {
		err = errEnded
	}
	var end *ending
	if err == nil {
		end, err = readAnswers(bufio.NewReaderSize(out, 128<<10), take)
	}
	if err != nil && err != errEnded {
		stop() // whatever it is still doing
	}
	in.Close()
	waited := cmd.Wait()
	switch {
	case end != nil:
		return end.Tab, end.Tabs, nil
	case err == errEnded && ctx.Err() == nil:
		return "", nil, died(waited, string(complaint.kept))
	case errors.Is(err, errFrame):
		return "", nil, fail(CodeCorrupt).Because(err)
	}
	return "", nil, err
}

// errEnded stands for a child that went without a last word.
var errEnded = errors.New("the reader of workbooks ended early")

// readAnswers passes rows on until the child's last word.
func readAnswers(out *bufio.Reader, take sink) (*ending, error) {
	var frame []byte
	for {
		name, err := out.ReadByte()
		if err != nil {
			return nil, errEnded
		}
		if frame, err = readFrame(out, frame); err != nil {
			return nil, errEnded
		}
		switch name {
		case answerRow:
			line, cells, err := parseRow(frame)
			if err != nil {
				return nil, err
			}
			if err := take(line, cells); err != nil {
				return nil, err
			}
		case answerEnd:
			end := &ending{}
			if err := json.Unmarshal(frame, end); err != nil {
				return nil, errFrame
			}
			return end, nil
		case answerError:
			told := &crm.Error{}
			if err := json.Unmarshal(frame, told); err != nil {
				return nil, errFrame
			}
			return nil, told
		default:
			return nil, errFrame
		}
	}
}

// died names the end of a child that had no last word: out of memory when it
// said so before it went, or the system killed it; else the workbook's damage.
func died(waited error, complaint string) error {
	cause := errors.Join(waited, errors.New(complaint))
	// With no room left, whichever part asks next gives up: heap, thread or stack.
	signs := []string{"out of memory", "cannot allocate memory", "failed to create new OS thread", "pthread_create failed", "stack overflow"}
	if complaint == "" || slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(complaint, sign) }) {
		return fail(CodeBomb, "reason", "memory").Because(cause)
	}
	return fail(CodeCorrupt).Because(cause)
}

// firstBytes keeps the beginning of what a child writes to standard error,
// where Go says why it ends.
type firstBytes struct{ kept []byte }

func (f *firstBytes) Write(p []byte) (int, error) {
	if room := 1024 - len(f.kept); room > 0 {
		f.kept = append(f.kept, p[:min(room, len(p))]...)
	}
	return len(p), nil
}
