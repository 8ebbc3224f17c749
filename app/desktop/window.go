package desktop

import (
	"context"
	_ "embed"
	"net/http"
	"os"
	goruntime "runtime"
	"strings"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/options/windows"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/page"
	"patio/frontend"
)

// FilesDropped is the event after files were dropped on the window. Its payload
// is a Drop.
const FilesDropped = "files.dropped"

// Drop says where files were dropped, in CSS pixels of the page.
type Drop struct {
	X     int           `json:"x"`
	Y     int           `json:"y"`
	Files []api.FileRef `json:"files"`
}

// icon is what the window manager shows; Windows takes its own from the exe.
//
//go:embed icon.png
var icon []byte

// bridge.js smooths what the library does otherwise in a window.
//
//go:embed bridge.js
var bridgeScript []byte

const bridgePath = "/patio/bridge.js"

// options is the window. Nothing but the gate is bound: a panic behind it comes
// back as an error, one in a struct bound directly would leave its promise
// pending for ever.
func (p *program) options() *options.App {
	placed := readPlacement(p.dir)
	state := placed.startState()
	if p.minimised {
		state = options.Minimised
	}
	messages := systemMessages()
	return &options.App{
		Title:     "Pátio",
		Width:     placed.Width,
		Height:    placed.Height,
		MinWidth:  minWidth,
		MinHeight: minHeight,
		// The pages' ground, so that the window doesn't flash white before them.
		BackgroundColour: options.NewRGB(0xee, 0xf0, 0xf1),
		WindowStartState: state,

		AssetServer: &assetserver.Options{Handler: p.pages()},
		Bind:        []any{p.door.Gate()},
		// The page parses it back: the library wants a string.
		ErrorFormatter: func(err error) any { return bind.Text(err) },

		OnStartup:     func(ctx context.Context) { p.guard("startup", func() { p.started(ctx, placed) }) },
		OnBeforeClose: p.beforeClose,
		OnShutdown:    func(context.Context) { p.guard("shutdown", p.close) },

		SingleInstanceLock: &options.SingleInstanceLock{
			UniqueId:               p.instanceID(),
			OnSecondInstanceLaunch: func(options.SecondInstanceData) { p.guard("second instance", p.shell.raise) },
		},
		// Files are taken by the window, never by the page: a page that takes a
		// file is replaced by it. DisableWebViewDrop stays off, it would end
		// dragging of cards too.
		DragAndDrop: &options.DragAndDrop{EnableFileDrop: true},
		// The page shows it in text fields and over selected text only.
		EnableDefaultContextMenu: true,

		Logger: libraryLog{p.log},

		Linux: &linux.Options{
			Icon:             icon,
			WebviewGpuPolicy: p.shell.drawing.policy(),
			ProgramName:      "patio",
			Messages:         &linux.Messages{WebKit2GTKMinRequired: messages.WebKitTooOld},
		},
		Windows: &windows.Options{
			WebviewUserDataPath: webviewFolder(),
			Theme:               windows.SystemDefault,
			Messages:            messages.windows(),
		},
	}
}

// pages answers the page's requests. The first one starts the opening of the
// database, so that both go on side by side; a page loaded after that failed
// starts it again.
func (p *program) pages() http.Handler {
	site := page.Site(frontend.Pages(), bridgePath, func() any { return p.door.First(p.events.Count) })
	return page.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.open()
		if r.URL.Path == "/" || r.URL.Path == "/index.html" {
			p.reopen()
		}
		if r.URL.Path == bridgePath {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			_, _ = w.Write(headScript()) // a page that has gone needs no answer
			return
		}
		if strings.HasPrefix(r.URL.Path, api.AttachmentPath) {
			p.files.Show(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}))
}

func (p *program) started(ctx context.Context, placed placement) {
	p.shell.start(ctx)
	p.watch(ctx)
	if !p.minimised { // a place would bring it up
		placed.apply(ctx)
	}
	p.events.Subscribe(func(name string, payload any) { runtime.EventsEmit(ctx, name, payload) })
	runtime.EventsOn(ctx, "wails:file-drop", func(args ...any) {
		p.guard("file drop", func() { p.dropped(args) })
	})
}

// dropped turns paths into handles. The window's library sends int and
// []string; the page can emit an event of this name too, but what it sends
// arrives as float64 and []any, and is no path of a person's choice. A page
// that was taken over could still speak the library's inner language: hence
// plain files only, which are then read by the importer and by nothing else.
func (p *program) dropped(args []any) {
	if len(args) != 3 {
		return
	}
	x, okX := args[0].(int)
	y, okY := args[1].(int)
	paths, okPaths := args[2].([]string)
	if !okX || !okY || !okPaths {
		p.log.Warn().Msg("drop refused: not from the window")
		return
	}
	drop := Drop{X: x, Y: y}
	for _, path := range paths {
		if stat, err := os.Stat(path); err != nil || !stat.Mode().IsRegular() {
			continue
		}
		drop.Files = append(drop.Files, p.files.Add(path, api.FileRead))
	}
	if len(drop.Files) > 0 {
		p.events.Emit(FilesDropped, drop)
	}
}

// beforeClose remembers where the window stood. It never prevents closing:
// every edit is saved when it is made.
func (p *program) beforeClose(ctx context.Context) (prevent bool) {
	p.guard("before close", func() {
		if err := currentPlacement(ctx).write(p.dir); err != nil {
			p.log.Warn().Msg("window placement not written")
		}
	})
	return false
}

// raise brings the window to the front, from the task bar too.
func (s *shell) raise() {
	ctx := s.context()
	// On Linux this is gtk_window_present. On Windows it would also undo
	// maximising, so only a minimised window is restored there.
	if goruntime.GOOS != "windows" || runtime.WindowIsMinimised(ctx) {
		runtime.WindowUnminimise(ctx)
	}
	runtime.WindowShow(ctx)
	// Windows lets a program that is not in front only blink in the task bar;
	// a window that is on top for a moment is in front.
	if goruntime.GOOS == "windows" {
		runtime.WindowSetAlwaysOnTop(ctx, true)
		runtime.WindowSetAlwaysOnTop(ctx, false)
	}
}
