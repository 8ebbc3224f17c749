//go:build window

package windowtest

import (
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"patio/backend/crm"
	"patio/backend/leads"
)

// notices stands for what shows notifications on the desktop, and keeps them.
type notices chan string

const (
	noticeService = "org.freedesktop.Notifications"
	noticePath    = dbus.ObjectPath("/org/freedesktop/Notifications")
	noticeNumber  = uint32(7)
)

func (n notices) Notify(_ string, _ uint32, _, summary, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n <- summary + "\n" + body
	return noticeNumber, nil
}

func (notices) CloseNotification(uint32) *dbus.Error { return nil }

func (notices) GetCapabilities() ([]string, *dbus.Error) { return []string{"body", "actions"}, nil }

func (notices) GetServerInformation() (name, vendor, version, spec string, _ *dbus.Error) {
	return "desktop", "test", "1", "1.2", nil
}

// Who looks elsewhere is told by the system, and a click there leads to the lead.
func TestAReminderComesFromTheSystemWhileTheWindowIsAway(t *testing.T) {
	told := make(notices, 8)
	bus := claim(t, noticeService, noticePath, told)

	dir := t.TempDir()
	s := openStore(t, dir)
	startShop(t, s)
	made, err := leads.Create(t.Context(), s, leads.New{Name: "Patrícia Assunção", Phone: "11985270593", Vehicle: "Jeep Compass"})
	if err != nil {
		t.Fatal(err)
	}
	// Long enough for the window to be there and away.
	due := time.Now().Add(20 * time.Second)
	if _, err := leads.AddActivity(t.Context(), s, leads.NewActivity{LeadID: made.IDs[0], Kind: crm.ActivityCall, DueAt: due.UnixMilli(), Remind: crm.RemindThen}); err != nil {
		t.Fatal(err)
	}
	closeStore(t, s)

	p := Launch(t, program, dir)
	w := p.Window()
	tree := w.Tree()
	tree.Find("", "Patrícia Assunção")
	w.Minimise()
	if !time.Now().Before(due) {
		t.Fatal("the window took until the reminder was due")
	}
	Eventually(t, "a notification", func() bool {
		select {
		case text := <-told:
			if !strings.Contains(text, "Patrícia Assunção") {
				t.Errorf("said %q", text)
			}
			return true
		default:
			return false
		}
	})
	if err := bus.Emit(noticePath, noticeService+".ActionInvoked", noticeNumber, "default"); err != nil {
		t.Fatal(err)
	}
	tree.Find("", "Próxima ação")
	w.Shot("reminded")
	w.Close()
	p.WaitExit()
}
