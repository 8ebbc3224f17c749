package main

import (
	"fmt"
	"os"
	"strings"
)

// memoryPeak answers the most memory that this process ever held, in bytes.
func memoryPeak() (int64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kilobytes); err == nil {
			return kilobytes << 10, nil
		}
	}
	return 0, nil
}
