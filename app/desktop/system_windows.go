package desktop

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

func systemLanguages() []string {
	names, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil {
		return nil
	}
	return names
}

// firstFolder is "": the system's dialog begins where the person was last.
func firstFolder() string { return "" }

// webviewFolder is where WebView2 keeps its cache: under %LOCALAPPDATA% beside
// the data, not in the roaming profile that the library would take. "" leaves
// it to the library.
func webviewFolder() string {
	base, err := windows.KnownFolderPath(windows.FOLDERID_LocalAppData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return ""
	}
	return filepath.Join(base, "Patio", "webview")
}
