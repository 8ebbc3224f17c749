package store

import (
	"context"
	"database/sql"
	"errors"

	"patio/backend/crm"
)

// Values of this device only. They are no records: no dots, no undo, no guard.

// deviceActor is the key under which the acting user stands.
const deviceActor = "actor"

// Device answers a value of this device, "" when it was never set.
func (s *Store) Device(ctx context.Context, key string) (string, error) {
	var value string
	err := s.one(ctx, "SELECT value FROM device WHERE key=?", []any{key}, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, s.fail("read device value", err)
}

// SetDevice keeps a value of this device.
func (s *Store) SetDevice(ctx context.Context, key, value string) error {
	if len(key) > 200 || len(value) > 1<<20 {
		return crm.NewError(crm.CodeTooLong, "value", "max", "1048576")
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.readOnly != nil {
		return s.readOnly
	}
	_, err := s.exec(ctx, "INSERT INTO device(key,value) VALUES (?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value", key, value)
	return s.fail("write device value", err)
}

// ActingUser answers the id of who acts on this device, "" when nobody was chosen.
func (s *Store) ActingUser() string { return s.actor.Load().(string) }

// ActAs makes a user the one who acts on this device.
func (s *Store) ActAs(ctx context.Context, userID string) error {
	w, err := s.Workspace(ctx)
	if err != nil {
		return err
	}
	for _, u := range w.Users {
		if u.ID == userID && !u.Retired {
			if err := s.SetDevice(ctx, deviceActor, userID); err != nil {
				return err
			}
			s.actor.Store(userID)
			s.events.publish(crm.Change{Kinds: []string{"users"}}, true)
			return nil
		}
	}
	return crm.NewError(crm.CodeNotFound, "userId", "id", userID)
}
