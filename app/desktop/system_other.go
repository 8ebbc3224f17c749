//go:build !windows

package desktop

import "os"

func systemLanguages() []string {
	return []string{os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")}
}

// webviewFolder concerns Windows only.
func webviewFolder() string { return "" }
