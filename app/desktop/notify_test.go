package desktop

import (
	"errors"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"patio/app/api"
	"patio/backend/crm"
)

// fakeSystem stands for the system's notifications.
type fakeSystem struct {
	prepared, released int
	fails              error
	shown              []api.Notification
	hangs, hanging     chan struct{}
	opened             func(string)
}

func (f *fakeSystem) prepare(opened func(string)) error {
	f.prepared++
	f.opened = opened
	return f.fails
}

func (f *fakeSystem) show(n api.Notification) error {
	if f.hangs != nil {
		close(f.hanging)
		<-f.hangs
	}
	f.shown = append(f.shown, n)
	return f.fails
}

func (f *fakeSystem) release() { f.released++ }

func TestANotificationIsShownAndComesBackWhenItIsOpened(t *testing.T) {
	var opened []string
	system := &fakeSystem{}
	n := &notifier{opened: func(id string) { opened = append(opened, id) }, system: system}
	for _, id := range []string{"a", "b"} {
		if err := n.Notify(api.Notification{ID: id, Title: "Ligar"}); err != nil {
			t.Fatal(err)
		}
	}
	system.opened("b")
	n.close()
	if system.prepared != 1 || len(system.shown) != 2 || system.shown[1].ID != "b" || strings.Join(opened, "") != "b" || system.released != 1 {
		t.Errorf("%+v, opened %v", system, opened)
	}
}

// Where the system shows none, the page's own notice is all there is; the log
// says so once, and a bus that is there later is found.
func TestASystemThatShowsNoneIsLoggedOnceAndTriedAgain(t *testing.T) {
	var log strings.Builder
	system := &fakeSystem{fails: errors.New("no bus")}
	n := &notifier{log: zerolog.New(&log), system: system}
	for range 3 {
		if err := n.Notify(api.Notification{ID: "a", Title: "Patrícia"}); crm.CodeOf(err) != crm.CodeUnsupported {
			t.Errorf("%v", err)
		}
	}
	if strings.Count(log.String(), "\n") != 1 || strings.Contains(log.String(), "Patrícia") {
		t.Errorf("log: %s", log.String())
	}
	system.fails = nil
	if err := n.Notify(api.Notification{ID: "a"}); err != nil || system.prepared != 4 {
		t.Errorf("%v, prepared %d times", err, system.prepared)
	}
	system.fails = errors.New("the bus went")
	if err := n.Notify(api.Notification{ID: "a"}); err == nil || system.released != 1 {
		t.Errorf("%v, released %d times", err, system.released)
	}
	system.fails = nil
	if err := n.Notify(api.Notification{ID: "a"}); err != nil || system.prepared != 5 {
		t.Errorf("%v, prepared %d times", err, system.prepared)
	}
}

func TestASystemThatHangsHoldsNobodyUp(t *testing.T) {
	system := &fakeSystem{hangs: make(chan struct{}), hanging: make(chan struct{})}
	n := &notifier{system: system}
	ended := make(chan error)
	go func() { ended <- n.Notify(api.Notification{ID: "a"}) }()
	<-system.hanging
	if err := n.Notify(api.Notification{ID: "b"}); crm.CodeOf(err) != crm.CodeUnsupported {
		t.Errorf("%v", err)
	}
	n.close()
	close(system.hangs)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
