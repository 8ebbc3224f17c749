package desktop

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/options/windows"
)

// What the operating system says when the pages can't be shown at all. Every
// other sentence stands with the pages.
//
//go:embed strings/*.json
var catalogues embed.FS

type messages struct {
	WebKitTooOld  string `json:"webkitTooOld"`
	WebviewNeeded string `json:"webviewNeeded"`
	WebviewUpdate string `json:"webviewUpdate"`
	Missing       string `json:"missing"`
	NotInstalled  string `json:"notInstalled"`
	Error         string `json:"error"`
	Failed        string `json:"failed"`
	PressOK       string `json:"pressOK"`
	ContactAdmin  string `json:"contactAdmin"`
	Invalid       string `json:"invalid"`
	Crashed       string `json:"crashed"`
}

// systemMessages are in the first of the system's languages that the program
// speaks, else in Portuguese.
func systemMessages() messages {
	m, err := readMessages(pickLanguage(systemLanguages()))
	if err != nil { // embedded and tested: can't happen, and the library has its own
		return messages{}
	}
	return m
}

func readMessages(language string) (messages, error) {
	var m messages
	text, err := catalogues.ReadFile("strings/" + language + ".json")
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", language, err)
	}
	return m, nil
}

// pickLanguage takes names like pt_BR.UTF-8, en-US and es.
func pickLanguage(names []string) string {
	for _, name := range names {
		switch base := strings.ToLower(name); {
		case strings.HasPrefix(base, "pt"):
			return "pt-BR"
		case strings.HasPrefix(base, "en"):
			return "en"
		case strings.HasPrefix(base, "es"):
			return "es"
		}
	}
	return "pt-BR"
}

func (m messages) windows() *windows.Messages {
	return &windows.Messages{
		InstallationRequired: m.WebviewNeeded,
		UpdateRequired:       m.WebviewUpdate,
		MissingRequirements:  m.Missing,
		Webview2NotInstalled: m.NotInstalled,
		Error:                m.Error,
		FailedToInstall:      m.Failed,
		DownloadPage:         m.WebviewNeeded,
		PressOKToInstall:     m.PressOK,
		ContactAdmin:         m.ContactAdmin,
		InvalidFixedWebview2: m.Invalid,
		WebView2ProcessCrash: m.Crashed,
	}
}
