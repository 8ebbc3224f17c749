package desktop

import (
	"context"
	"sync"

	"github.com/rs/zerolog"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"patio/app/api"
)

// notifier shows notifications of the system. It is prepared when the first is
// shown: connecting takes a moment, and where nobody listens — no message bus,
// none who shows notifications — that is found out again each time, and logged
// once.
type notifier struct {
	log    zerolog.Logger
	opened func(id string)

	system notifications
	mu     sync.Mutex // held while one is shown; guards the rest
	ready  bool
	warned bool
}

// notifications is the window library's part.
type notifications interface {
	prepare(opened func(id string)) error
	show(api.Notification) error
	release()
}

// Notify never waits for one that is still on its way: who shows them may hang.
func (n *notifier) Notify(note api.Notification) error {
	if !n.mu.TryLock() {
		return api.Unsupported("notify")
	}
	defer n.mu.Unlock()
	err := n.try(note)
	if err == nil {
		return nil
	}
	if !n.warned {
		n.log.Warn().Str("error", err.Error()).Msg("the system shows no notifications")
		n.warned = true
	}
	return api.Unsupported("notify")
}

func (n *notifier) try(note api.Notification) error {
	if !n.ready {
		if err := n.system.prepare(n.opened); err != nil {
			return err
		}
		n.ready = true
	}
	if err := n.system.show(note); err != nil {
		n.system.release() // the bus may have gone: the next one begins anew
		n.ready = false
		return err
	}
	return nil
}

func (n *notifier) close() {
	if n.mu.TryLock() { // one that hangs ends with the program
		defer n.mu.Unlock()
		if n.ready {
			n.system.release()
		}
	}
}

// libraryNotifications are those of the window's library: the message bus on
// Linux, toasts on Windows, the notification centre on macOS.
type libraryNotifications struct{ context func() context.Context }

func (l libraryNotifications) prepare(opened func(id string)) error {
	ctx := l.context()
	if err := runtime.InitializeNotifications(ctx); err != nil {
		return err
	}
	runtime.OnNotificationResponse(ctx, func(r runtime.NotificationResult) {
		if r.Error == nil {
			opened(r.Response.ID)
		}
	})
	if _, err := runtime.RequestNotificationAuthorization(ctx); err != nil {
		return err
	}
	nameNotifications()
	return nil
}

func (l libraryNotifications) show(n api.Notification) error {
	return runtime.SendNotification(l.context(), runtime.NotificationOptions{ID: n.ID, Title: n.Title, Body: n.Body})
}

func (l libraryNotifications) release() { runtime.CleanupNotifications(l.context()) }
