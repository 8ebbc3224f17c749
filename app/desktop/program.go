// Package desktop shows the pages in a window of the operating system. It is
// the only package that imports the window's library, Wails.
package desktop

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"patio/app/api"
	"patio/app/bind"
	"patio/app/events"
	"patio/app/logs"
	"patio/app/version"
	"patio/app/wire"
)

// lastCalls is how long closing waits for calls under way. What was answered
// is saved already; this is for those not answered yet.
const lastCalls = 5 * time.Second

// firstScreen is how long the database leaves the machine to the first screen:
// a store's PC has two slow cores and an old disk.
const firstScreen = 5 * time.Second

// program is one run of the window.
type program struct {
	dir     string
	log     zerolog.Logger
	logFile io.Closer
	files   *api.Files
	shell   *shell
	events  *events.Bus
	door    *bind.Door

	minimised bool // it starts in the task bar

	opening sync.Once
	stop    context.CancelFunc // ends an opening that is still under way
	ctx     context.Context

	mu     sync.Mutex // guards app
	app    *wire.App
	closed bool
}

// newProgram prepares all that the window needs before there is a database.
// dir "" means the folder that the operating system has for it; draw "" the way
// of drawing that was chosen.
func newProgram(dir, draw string) (*program, error) {
	if dir == "" {
		var err error
		if dir, err = wire.DefaultFolder(); err != nil {
			return nil, err
		}
	}
	dir, err := filepath.Abs(dir) // the instance's name is made of it
	if err != nil {
		return nil, err
	}
	p := &program{dir: dir, files: api.NewFiles(), events: &events.Bus{}}
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.shell = newShell(p.files)
	if p.shell.drawing, err = readDrawing(dir, draw); err != nil {
		return nil, err
	}
	p.log, p.logFile = logs.Open(filepath.Join(dir, "logs"), "patio")
	p.shell.notifier = &notifier{log: p.log, opened: p.notificationOpened, system: libraryNotifications{p.shell.context}}
	if p.shell.autostart, err = newAutostart(dir); err != nil {
		return nil, err
	}
	if p.door, err = wire.NewDoor(p.log, p.shell, p.files); err != nil {
		return nil, err
	}
	return p, nil
}

// open opens the database, once, when the page asks for the first time. Not
// earlier: until the window's library has looked for another instance, this
// process may be one that only wakes the first and ends.
func (p *program) open() {
	p.opening.Do(func() {
		if err := p.shell.drawing.begin(); err != nil {
			p.log.Warn().Str("error", err.Error()).Msg("trial of a way of drawing not written down")
		}
		go p.guard("open", p.openNow)
	})
}

// reopen tries again when opening failed: a page that is loaded anew is a
// person who asks for it.
func (p *program) reopen() {
	if p.door.Retry() {
		go p.guard("open", p.openNow)
	}
}

// openNow tells failures through the door, and so in the window: the program
// was started by a click and has no terminal.
func (p *program) openNow() {
	app, err := wire.Open(p.ctx, wire.Config{
		DataDir: p.dir, Grace: firstScreen, Log: p.log, Shell: p.shell, Files: p.files, Events: p.events,
	})
	if err != nil {
		p.door.Fail(bind.Shape(p.log, "open", err))
		return
	}
	p.log.Info().Str("version", version.Number).Str("revision", version.Revision()).Msg("open")
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed { // the window went while the database was opening
		p.closeApp(app)
		return
	}
	table, err := bind.NewTable(p.log, app.Bound()...)
	if err != nil {
		p.closeApp(app) // or the next try would find the database held
		p.door.Fail(bind.Shape(p.log, "bind", err))
		return
	}
	p.app = app
	p.door.Open(table)
}

// close waits for the last calls and closes the database. Later calls are
// refused.
func (p *program) close() {
	p.stop()
	p.shell.notifier.close()
	ctx, cancel := context.WithTimeout(context.Background(), lastCalls)
	defer cancel()
	if err := p.door.Close(ctx); err != nil {
		p.log.Warn().Msg("calls were still under way at close")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	if p.app != nil {
		p.closeApp(p.app)
		p.log.Info().Msg("end")
	}
	_ = p.logFile.Close() // there is no log left to tell it
}

// notificationOpened brings the window to the front, where the page shows what
// was clicked on.
func (p *program) notificationOpened(id string) {
	p.guard("notification", func() {
		p.shell.raise()
		p.events.Emit(api.EventNotificationOpened, id)
	})
}

func (p *program) closeApp(app *wire.App) {
	if err := app.Close(); err != nil {
		logs.Failed(p.log, "close", err)
	}
}

// guard runs f and logs a panic instead of passing it on: the window's library
// calls from goroutines of its own, where a panic would end the program.
func (p *program) guard(where string, f func()) {
	defer func() {
		if v := recover(); v != nil {
			id := logs.Panicked(p.log, where, v, debug.Stack())
			if where == "open" {
				p.door.Fail(bind.Internal(id))
			}
		}
	}()
	f()
}

// instanceID names the running program to a second one: one window a data
// folder.
func (p *program) instanceID() string {
	sum := sha256.Sum256([]byte(p.dir))
	return fmt.Sprintf("patio-%s", hex.EncodeToString(sum[:8]))
}
