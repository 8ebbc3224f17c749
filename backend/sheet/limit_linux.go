//go:build !race

package sheet

import (
	"bufio"
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// confine lets this process grow by at most budget bytes of memory. The bound
// is on private writable memory, on top of what the program has mapped at its
// start, since Go reserves address space that it never uses.
func confine(budget uint64) error {
	now, err := mappedMemory()
	if err != nil {
		return err
	}
	limit := now + budget
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: limit, Max: limit})
}

// mappedMemory answers the private writable memory of this process, in bytes.
func mappedMemory() (uint64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), "VmData:"); ok {
			kilobytes, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, errors.New("no VmData in /proc/self/status")
}
