package shopserver

import (
	"context"
	"slices"

	"patio/app/hubd"
	"patio/backend/crm"
	"patio/backend/setup"
)

// enrolMinutes is how long the hub lets in by a code: a little longer than a
// short one is good for, since who was told it has to come in with it.
const enrolMinutes = 20

// owner answers whose device this PC is, by the id: whose it was before, if the
// hub knows that; else who acts here, and looks after the server from now on, so
// that this PC may write everything.
func (s *Service) owner(ctx context.Context, h *hosted, before string) (string, error) {
	if known, err := h.knows(ctx, before); known || err != nil {
		return before, err
	}
	w, err := s.cfg.Store.Workspace(ctx)
	if err != nil {
		return "", err
	}
	working := slices.DeleteFunc(slices.Clone(w.Users), func(u crm.User) bool { return u.Retired })
	for _, is := range []func(crm.User) bool{
		func(u crm.User) bool { return u.ID == s.cfg.Store.ActingUser() },
		func(u crm.User) bool { return u.Role == string(crm.RoleAdmin) },
		func(crm.User) bool { return true },
	} {
		if i := slices.IndexFunc(working, is); i >= 0 {
			u, err := s.give(ctx, working[i], crm.RoleAdmin)
			if err != nil {
				return "", err
			}
			return u.ID, s.admit(ctx, h, u)
		}
	}
	return "", crm.NewError(crm.CodeRequired, "user")
}

// give gives a person a role here, if it is another.
func (s *Service) give(ctx context.Context, u crm.User, role crm.Role) (crm.User, error) {
	if u.Role == string(role) {
		return u, nil
	}
	u.Role = string(role)
	_, err := setup.SaveUser(ctx, s.cfg.Store, u)
	return u, err
}

// admit makes the hub know a person as this PC does: by the same id, so that
// there is one of them. All shops that are here are the person's.
func (s *Service) admit(ctx context.Context, h *hosted, u crm.User) error {
	w, err := s.cfg.Store.Workspace(ctx)
	if err != nil {
		return err
	}
	shops := make([]string, len(w.Shops))
	for i := range w.Shops {
		shops[i] = w.Shops[i].ID
	}
	var admitted hubd.User
	err = h.hub.Call(ctx, hubd.AddUser, hubd.NewUser{Workspace: h.id(), ID: u.ID, Name: u.Name, Role: u.Role, Shops: shops}, &admitted)
	if crm.CodeOf(err) != crm.CodeConflict {
		return err
	}
	// It knows the person, be it that this PC has told it just now.
	return h.hub.Call(ctx, hubd.ChangeUser, hubd.UserChange{Workspace: h.id(), User: u.ID, Role: u.Role, Shops: shops}, &admitted)
}

// knows says whether the hub has a person of that id who works.
func (h *hosted) knows(ctx context.Context, user string) (bool, error) {
	var all []hubd.User
	err := h.hub.Call(ctx, hubd.ListUsers, hubd.Named{Name: h.id()}, &all)
	return slices.ContainsFunc(all, func(u hubd.User) bool { return u.ID == user && !u.Retired }), err
}

// enrol answers the long code for a device of a person whom the hub knows.
func (h *hosted) enrol(ctx context.Context, user string, addresses []string) (code string, err error) {
	var e hubd.Enrolled
	err = h.hub.Call(ctx, hubd.Enroll, hubd.Enrolment{Workspace: h.id(), User: user, Minutes: enrolMinutes, Public: addresses}, &e)
	return e.Code, err
}
