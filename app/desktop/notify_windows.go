package desktop

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows/registry"
)

// nameNotifications has Windows show the program's name above them: the library
// gives them the name of the file. Where that fails they have that one.
func nameNotifications() {
	exe, err := os.Executable()
	if err != nil {
		return
	}
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Classes\AppUserModelId\`+filepath.Base(exe), registry.SET_VALUE)
	if err != nil {
		return
	}
	defer key.Close()
	_ = key.SetStringValue("DisplayName", "Pátio")
}
