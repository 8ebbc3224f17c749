//go:build !windows

package desktop

import "os"

func systemLanguages() []string {
	return []string{os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")}
}

// firstFolder is where a dialog that picks a folder begins. GTK's would begin
// with recent files, among which no folder can be picked.
func firstFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return "/"
	}
	return home
}

// webviewFolder concerns Windows only.
func webviewFolder() string { return "" }
