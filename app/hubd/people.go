package hubd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/backend/replica"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

// NewUser is a person to add.
type NewUser struct {
	Workspace string   `json:"workspace"`
	ID        string   `json:"id"` // of a person whom a device knows already; "" makes one
	Name      string   `json:"name"`
	Role      string   `json:"role"`
	Shops     []string `json:"shops"` // by id or name; none: the shop that every workspace starts with
}

// User is a person as commands tell one.
type User struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Role    string   `json:"role"`
	Retired bool     `json:"retired"`
	Shops   []string `json:"shops"` // ids; an admin's devices see all whatever stands here
}

func (s *Service) addUser(ctx context.Context, args NewUser) (User, error) {
	ws, err := s.findWorkspace(ctx, args.Workspace)
	if err != nil {
		return User{}, err
	}
	name, err := crm.CheckLine("name", args.Name)
	if err != nil {
		return User{}, err
	}
	if name == "" {
		return User{}, crm.NewError(crm.CodeRequired, "name")
	}
	if err := checkRole(args.Role); err != nil {
		return User{}, err
	}
	people, err := s.people(ctx, ws)
	if err != nil {
		return User{}, err
	}
	id, err := newUserID(args.ID)
	if err != nil {
		return User{}, err
	}
	if slices.ContainsFunc(people.users, func(u User) bool {
		return u.ID == id || args.ID == "" && !u.Retired && strings.EqualFold(u.Name, name)
	}) {
		return User{}, crm.NewError(crm.CodeConflict, "name", "name", name)
	}
	shops, err := people.shopIDs(args.Shops)
	if err != nil {
		return User{}, err
	}
	u := User{ID: id, Name: name, Role: args.Role, Shops: shops}
	fields := replica.UserFields(crm.User{ID: u.ID, Name: name, Role: u.Role}, shops, nil)
	return u, s.hub.Write(ctx, ws, uint32(crm.KindUser), record.ID(uuid.MustParse(u.ID)), fields)
}

func newUserID(known string) (string, error) {
	if known == "" {
		return uuid.Must(uuid.NewV7()).String(), nil
	}
	id, err := parseID(known)
	if err != nil {
		return "", crm.NewError(crm.CodeInvalid, "id", "value", known).Because(err)
	}
	return idText(id), nil
}

func checkRole(role string) error {
	if !slices.Contains([]crm.Role{crm.RoleAdmin, crm.RoleManager, crm.RoleSeller}, crm.Role(role)) {
		return crm.NewError(crm.CodeInvalid, "role", "value", role)
	}
	return nil
}

// UserChange is what becomes of a person; what is left out stays.
type UserChange struct {
	Workspace string   `json:"workspace"`
	User      string   `json:"user"` // by id or name
	Role      string   `json:"role"`
	Shops     []string `json:"shops"` // all that the person works in from now on
}

// changeUser sets a person's role and shops, and what the person's devices see.
// They hear of it when they sync next, and drop what they see no more.
func (s *Service) changeUser(ctx context.Context, args UserChange) (u User, err error) {
	ws, err := s.findWorkspace(ctx, args.Workspace)
	if err != nil {
		return u, err
	}
	people, err := s.people(ctx, ws)
	if err != nil {
		return u, err
	}
	if u, err = pick("user", args.User, people.users, func(u User) (id, name string) { return u.ID, u.Name }); err != nil {
		return u, err
	}
	if args.Role != "" {
		if err := checkRole(args.Role); err != nil {
			return u, err
		}
		u.Role = args.Role
	}
	former := u.Shops
	if len(args.Shops) > 0 {
		if u.Shops, err = people.shopIDs(args.Shops); err != nil {
			return u, err
		}
	}
	id := record.ID(uuid.MustParse(u.ID))
	if err := s.hub.Write(ctx, ws, uint32(crm.KindUser), id, replica.UserFields(crm.User{Name: u.Name, Role: u.Role, Retired: u.Retired}, u.Shops, former)); err != nil {
		return u, err
	}
	var devices []hub.Device
	if err := s.store.Read(ctx, ws, func(v hub.View) (err error) { devices, err = v.Devices(); return err }); err != nil {
		return u, err
	}
	for i := range devices {
		if d := &devices[i]; d.User == id && d.State == hub.Active {
			if err := s.hub.Grant(ctx, ws, d.Replica, u.scopes()); err != nil {
				return u, err
			}
		}
	}
	return u, nil
}

func (s *Service) listUsers(ctx context.Context, args Named) ([]User, error) {
	ws, err := s.findWorkspace(ctx, args.Name)
	if err != nil {
		return nil, err
	}
	people, err := s.people(ctx, ws)
	return people.users, err
}

// people are the users and shops of a workspace.
type people struct {
	users []User
	shops []crm.Shop
}

// people reads them from what belongs to the whole workspace.
func (s *Service) people(ctx context.Context, ws record.ID) (p people, err error) {
	p.users = []User{}
	err = s.store.Read(ctx, ws, func(v hub.View) error {
		for after := uint64(0); ; {
			changes, err := v.Changed(record.ID{}, after, protocol.MaxRecords)
			if err != nil {
				return err
			}
			for i := range changes {
				if changes[i].Left {
					continue
				}
				if err := p.add(&changes[i].Row); err != nil {
					return err
				}
			}
			if len(changes) < protocol.MaxRecords {
				return nil
			}
			after = changes[len(changes)-1].At
		}
	})
	slices.SortFunc(p.users, func(a, b User) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return p, err
}

func (p *people) add(row *protocol.Row) error {
	kind := crm.Kind(row.Kind)
	if kind != crm.KindUser && kind != crm.KindShop {
		return nil
	}
	state, err := record.Decode(row.State)
	if err != nil {
		return fmt.Errorf("record %s: %w", idText(row.ID), err)
	}
	switch {
	case state.Dead():
	case kind == crm.KindUser:
		u, shops := replica.ReadUser(state)
		p.users = append(p.users, User{ID: idText(row.ID), Name: u.Name, Role: u.Role, Retired: u.Retired, Shops: shops})
	default:
		p.shops = append(p.shops, crm.Shop{ID: idText(row.ID), Name: replica.ShopName(state)})
	}
	return nil
}

// shopIDs answers the ids of shops that are named or, of one that no device has
// brought yet, told by its id.
func (p *people) shopIDs(names []string) ([]string, error) {
	if len(names) == 0 {
		return []string{crm.ReadyShop}, nil
	}
	var out []string
	for _, name := range names {
		id := strings.ToLower(name)
		if _, err := uuid.Parse(id); err != nil || len(id) != 36 {
			shop, err := pick("shop", name, p.shops, func(s crm.Shop) (id, name string) { return s.ID, s.Name })
			if err != nil {
				return nil, err
			}
			id = shop.ID
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out, nil
}
