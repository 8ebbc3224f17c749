package desktop

import (
	"fmt"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
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

// view opens a file in the program that the person has for it.
func view(path string) error {
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	file, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	if err := windows.ShellExecute(0, verb, file, nil, nil, windows.SW_SHOWNORMAL); err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	return nil
}
