package sheet

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"patio/backend/crm"
)

// ChildMain is the whole life of a process for which IsChild is true. It
// answers the exit status.
func ChildMain(args []string, stdin io.Reader, stdout io.Writer) int {
	debug.SetMemoryLimit(childTarget)
	debug.SetMaxStack(64 << 20)
	if err := confine(childBudget); err != nil {
		fmt.Fprintln(os.Stderr, "no memory limit:", err)
		return 1
	}
	in := bufio.NewReader(stdin)
	var what order
	line, err := in.ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &what) != nil {
		fmt.Fprintln(os.Stderr, "no order on standard input")
		return 1
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		os.Exit(1) // the parent is gone, or has had enough
	}()
	out := bufio.NewWriterSize(stdout, 128<<10)
	if err := errors.Join(serve(what, out), out.Flush()); err != nil {
		return 1
	}
	return 0
}

// serve reads one workbook and answers it in frames. Its error is one of
// writing: what is wrong with the workbook goes into a frame.
func serve(what order, out *bufio.Writer) error {
	var frame []byte
	answer := func(name byte, frame []byte) error {
		if err := out.WriteByte(name); err != nil {
			return err
		}
		_, err := writeFrame(out, frame)
		return err
	}
	tab, tabs, err := safely(what, func(line int, cells []string) error {
		frame = appendRow(frame[:0], line, cells)
		return answer(answerRow, frame)
	})
	if err != nil {
		var told *crm.Error
		if !errors.As(ofFile(err), &told) {
			told = fail(CodeCorrupt)
		}
		fmt.Fprintln(os.Stderr, err)
		text, err := json.Marshal(told)
		return errors.Join(err, answer(answerError, text))
	}
	text, err := json.Marshal(ending{tab, tabs})
	return errors.Join(err, answer(answerEnd, text))
}

// safely turns a panic of the workbook library into damage of the workbook.
func safely(what order, take sink) (tab string, tabs []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fail(CodeCorrupt).Because(fmt.Errorf("%v\n%s", r, debug.Stack()))
		}
	}()
	return openWorkbook(what, take)
}
