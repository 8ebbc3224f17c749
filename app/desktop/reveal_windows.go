package desktop

import (
	"fmt"
	"os/exec"
	"syscall"
)

// reveal opens Explorer with the file selected. Explorer reads its command line
// in its own way, so it is written here whole; a Windows path holds no quote.
func reveal(path string) error {
	explorer := exec.Command("explorer.exe")
	explorer.SysProcAttr = &syscall.SysProcAttr{CmdLine: `explorer.exe /select,"` + path + `"`}
	if err := explorer.Start(); err != nil {
		return fmt.Errorf("open folder: %w", err)
	}
	go func() { _ = explorer.Wait() }() // it ends with 1 even when it worked
	return nil
}
