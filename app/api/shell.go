package api

import (
	"strings"

	"patio/backend/crm"
)

// Kinds of shell.
const (
	ShellWindow  = "window"
	ShellBrowser = "browser"
)

// FileKind is one line of a dialog's filter.
type FileKind struct {
	Label      string   `json:"label"`      // as the person reads it; the page translates
	Extensions []string `json:"extensions"` // without a dot: "csv", "xlsx"
}

// OpenAsk is what a dialog that picks a file shows.
type OpenAsk struct {
	Title string     `json:"title"`
	Kinds []FileKind `json:"kinds"`
}

// SaveAsk is what a dialog that picks where to save shows.
type SaveAsk struct {
	Title string     `json:"title"`
	Name  string     `json:"name"` // suggested file name with its extension
	Kinds []FileKind `json:"kinds"`
}

// Shell is what only the surroundings of the pages can do: the window's dialogs
// and the operating system's. What a shell can't do it refuses with
// crm.CodeUnsupported; it never pretends. Files are passed as handles of one
// Files registry that the shell shares with the API.
type Shell interface {
	// Kind is ShellWindow or ShellBrowser.
	Kind() string
	// PickOpen asks for a file to read; a zero FileRef means cancelled.
	PickOpen(OpenAsk) (FileRef, error)
	// PickSave asks where to write; a zero FileRef means cancelled. In a browser
	// it asks nothing: the file is downloaded from FileRef.URL once written.
	PickSave(SaveAsk) (FileRef, error)
	// PickFolder asks for a folder; a zero FileRef means cancelled.
	PickFolder(title string) (FileRef, error)
	// OpenURL opens an http, https, mailto or tel link outside the program. Go
	// builds every such link. A browser answers unsupported with the parameter
	// "url", and the page opens it itself.
	OpenURL(url string) error
	// Reveal shows the file behind a handle in the system's file manager.
	Reveal(handle string) error
	// View opens a file of the program's own making in the system's viewer.
	View(path string) error
	// Print prints the page that is shown.
	Print() error
	// SetTitle renames the window.
	SetTitle(title string) error
	// ToggleFullscreen enters or leaves full screen.
	ToggleFullscreen() error
	// Quit closes the program as the window's close button does.
	Quit() error
}

// Unsupported is what a shell answers for what it can't do.
func Unsupported(what string) error {
	return crm.NewError(crm.CodeUnsupported, "", "what", what)
}

// Native is the bound face of the Shell: what the page may ask of it. OpenURL
// is missing on purpose: the page names a lead and a way to reach it, Go builds
// the link.
type Native struct {
	shell Shell
	files *Files
}

// NewNative binds a shell and the registry that it hands out handles of.
func NewNative(shell Shell, files *Files) *Native { return &Native{shell: shell, files: files} }

// Kind says where the pages run: ShellWindow or ShellBrowser.
func (n *Native) Kind() string { return n.shell.Kind() }

// PickOpen asks the person for a file to read. An empty handle: cancelled.
func (n *Native) PickOpen(ask OpenAsk) (FileRef, error) { return n.shell.PickOpen(ask) }

// PickSave asks the person where to write. An empty handle: cancelled.
func (n *Native) PickSave(ask SaveAsk) (FileRef, error) {
	if ask.Name == "" || strings.ContainsAny(ask.Name, `/\`) {
		return FileRef{}, crm.NewError(crm.CodeInvalid, "name")
	}
	return n.shell.PickSave(ask)
}

// PickFolder asks the person for a folder. An empty handle: cancelled.
func (n *Native) PickFolder(title string) (FileRef, error) { return n.shell.PickFolder(title) }

// Reveal shows a picked or written file in the system's file manager.
func (n *Native) Reveal(handle string) error { return n.shell.Reveal(handle) }

// Print prints the page that is shown.
func (n *Native) Print() error { return n.shell.Print() }

// SetTitle renames the window; control characters are dropped.
func (n *Native) SetTitle(title string) error {
	title = strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, title)
	if len(title) > 200 {
		return crm.NewError(crm.CodeTooLong, "title", "max", "200")
	}
	return n.shell.SetTitle(title)
}

// ToggleFullscreen enters or leaves full screen.
func (n *Native) ToggleFullscreen() error { return n.shell.ToggleFullscreen() }

// Quit closes the program.
func (n *Native) Quit() error { return n.shell.Quit() }

// Release gives a handle back when the page is done with the file.
func (n *Native) Release(handle string) error { return n.files.Release(handle) }
