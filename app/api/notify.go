package api

import "patio/backend/crm"

// EventNotificationOpened carries the ID of a Notification that was clicked on;
// the window is in front by then.
const EventNotificationOpened = "notification.opened"

// Notification is what the operating system shows beside its clock while the
// window isn't looked at.
type Notification struct {
	ID    string `json:"id"` // comes back when it is clicked on
	Title string `json:"title"`
	Body  string `json:"body"`
}

// Notifier is a Shell that can show notifications.
type Notifier interface {
	// Notify shows one. Errors: unsupported where the system takes none.
	Notify(Notification) error
}

// Notify shows a notification of the operating system. Errors: unsupported.
func (n *Native) Notify(note Notification) error {
	if notifier, ok := n.shell.(Notifier); ok {
		return notifier.Notify(note)
	}
	return Unsupported("notify")
}

// Autostart says whether the program starts with the PC.
type Autostart struct {
	Offered bool `json:"offered"` // false where it can't be chosen
	On      bool `json:"on"`
}

// Starter is a Shell that may have the program start with the PC. Errors of both
// methods: unsupported.
type Starter interface {
	Autostart() (on bool, err error)
	SetAutostart(on bool) error
}

// Autostart says whether the program starts with the PC.
func (n *Native) Autostart() (Autostart, error) {
	starter, ok := n.shell.(Starter)
	if !ok {
		return Autostart{}, nil
	}
	on, err := starter.Autostart()
	if crm.CodeOf(err) == crm.CodeUnsupported {
		return Autostart{}, nil
	}
	return Autostart{Offered: true, On: on}, err
}

// SetAutostart has the program start with the PC, out of the way, or not.
// Errors: unsupported, read_only.
func (n *Native) SetAutostart(on bool) error {
	if starter, ok := n.shell.(Starter); ok {
		return starter.SetAutostart(on)
	}
	return Unsupported("autostart")
}
