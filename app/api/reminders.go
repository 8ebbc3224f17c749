package api

import (
	"context"

	"patio/app/reminding"
)

// Reminders answers what the person is to be reminded of on this device.
type Reminders struct {
	service *reminding.Service
}

// NewReminders binds Reminders to the service that watches the time.
func NewReminders(service *reminding.Service) *Reminders { return &Reminders{service} }

// Notice answers what is to be told now; ask again on the event "reminders".
func (a *Reminders) Notice() (reminding.Notice, error) {
	return a.service.Notice(context.Background())
}

// Tell keeps that activities' reminders are on the screen: they are not told
// again on this device.
func (a *Reminders) Tell(ids []string) error { return a.service.Tell(context.Background(), ids) }

// Snooze puts an activity's reminder off, on this device: "10m", "1h" or
// "tomorrow", which is its morning. Errors: invalid, not_found.
func (a *Reminders) Snooze(id, length string) error {
	return a.service.Snooze(context.Background(), id, length)
}
