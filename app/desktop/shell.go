package desktop

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"patio/app/api"
	"patio/backend/crm"
)

// CodeDialogOpen: one native dialog at a time; the library mixes up the answers
// of two.
const CodeDialogOpen crm.Code = "dialog.open"

// CodeFileExists: the name that was completed with its extension is taken.
const CodeFileExists crm.Code = "file.exists"

// shell is api.Shell in the window.
type shell struct {
	files   *api.Files
	started chan struct{} // closed once ctx is set
	ctx     context.Context
	dialog  sync.Mutex
	drawing *drawing

	notifier  *notifier
	autostart *autostart
}

var (
	_ api.Shell    = (*shell)(nil)
	_ api.Notifier = (*shell)(nil)
	_ api.Starter  = (*shell)(nil)
)

func newShell(files *api.Files) *shell {
	return &shell{files: files, started: make(chan struct{})}
}

// start hands over the library's context; it is called once.
func (s *shell) start(ctx context.Context) {
	s.ctx = ctx
	close(s.started)
}

// context waits until there is a window.
func (s *shell) context() context.Context {
	<-s.started
	return s.ctx
}

func (s *shell) Kind() string { return api.ShellWindow }

func (s *shell) PickOpen(ask api.OpenAsk) (api.FileRef, error) {
	return s.pick(api.FileRead, func(ctx context.Context) (string, error) {
		return runtime.OpenFileDialog(ctx, runtime.OpenDialogOptions{Title: ask.Title, Filters: filters(ask.Kinds)})
	})
}

func (s *shell) PickFolder(title string) (api.FileRef, error) {
	return s.pick(api.FileFolder, func(ctx context.Context) (string, error) {
		return runtime.OpenDirectoryDialog(ctx, runtime.OpenDialogOptions{
			Title: title, DefaultDirectory: firstFolder(), CanCreateDirectories: true,
		})
	})
}

func (s *shell) PickSave(ask api.SaveAsk) (api.FileRef, error) {
	return s.pick(api.FileWrite, func(ctx context.Context) (string, error) {
		path, err := runtime.SaveFileDialog(ctx, runtime.SaveDialogOptions{
			Title: ask.Title, DefaultFilename: ask.Name, Filters: filters(ask.Kinds), CanCreateDirectories: true,
		})
		if err != nil || path == "" {
			return "", err
		}
		return withExtension(path, filepath.Ext(ask.Name))
	})
}

// withExtension completes a name that was typed without one. The dialog asked
// about overwriting the shorter name only, so a taken longer one is refused.
func withExtension(path, extension string) (string, error) {
	if extension == "" || filepath.Ext(path) != "" {
		return path, nil
	}
	path += extension
	if _, err := os.Lstat(path); err == nil {
		return "", crm.NewError(CodeFileExists, "name", "name", filepath.Base(path))
	}
	return path, nil
}

// pick runs one dialog. An empty path means that the person cancelled.
func (s *shell) pick(use api.FileUse, dialog func(context.Context) (string, error)) (api.FileRef, error) {
	if !s.dialog.TryLock() {
		return api.FileRef{}, crm.NewError(CodeDialogOpen, "")
	}
	defer s.dialog.Unlock()
	path, err := dialog(s.context())
	if err != nil || path == "" {
		return api.FileRef{}, err
	}
	return s.files.Add(path, use), nil
}

func filters(kinds []api.FileKind) []runtime.FileFilter {
	list := make([]runtime.FileFilter, 0, len(kinds))
	for _, kind := range kinds {
		patterns := make([]string, 0, len(kind.Extensions))
		for _, extension := range kind.Extensions {
			patterns = append(patterns, "*."+extension)
		}
		list = append(list, runtime.FileFilter{DisplayName: kind.Label, Pattern: strings.Join(patterns, ";")})
	}
	return list
}

func (s *shell) OpenURL(link string) error {
	encoded, err := encodeLink(link)
	if err != nil {
		return err
	}
	runtime.BrowserOpenURL(s.context(), encoded)
	return nil
}

func (s *shell) Reveal(handle string) error {
	path, err := s.files.Any(handle)
	if err != nil {
		return err
	}
	return reveal(path)
}

func (s *shell) View(path string) error { return view(path) }

func (s *shell) Print() error {
	runtime.WindowPrint(s.context())
	return nil
}

func (s *shell) SetTitle(title string) error {
	runtime.WindowSetTitle(s.context(), title)
	return nil
}

func (s *shell) ToggleFullscreen() error {
	ctx := s.context()
	if runtime.WindowIsFullscreen(ctx) {
		runtime.WindowUnfullscreen(ctx)
	} else {
		runtime.WindowFullscreen(ctx)
	}
	return nil
}

func (s *shell) Notify(n api.Notification) error { return s.notifier.Notify(n) }

func (s *shell) Autostart() (bool, error) { return s.autostart.on() }

func (s *shell) SetAutostart(on bool) error { return s.autostart.set(on) }

func (s *shell) Quit() error {
	runtime.Quit(s.context())
	return nil
}
