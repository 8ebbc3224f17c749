// Package setup is what an owner decides once: language and shop at the first
// run, and the small entities that leads refer to.
package setup

import (
	"context"
	"slices"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/store"
)

// First is what the first run asks.
type First struct {
	Language string `json:"language"` // "pt-BR", "en", "es"
	ShopName string `json:"shopName"`
	UserName string `json:"userName"`
}

// Start sets the workspace up: ready names in the language, the shop's name,
// the first person, who acts from now on. Errors: required, invalid.
func Start(ctx context.Context, s *store.Store, f First) error {
	lang := crm.Lang(f.Language)
	if lang != crm.Portuguese && lang != crm.English && lang != crm.Spanish {
		return crm.NewError(crm.CodeInvalid, "language", "value", f.Language)
	}
	shop, err := required("shopName", f.ShopName)
	if err != nil {
		return err
	}
	name, err := required("userName", f.UserName)
	if err != nil {
		return err
	}
	user := crm.User{Name: name, Role: string(crm.RoleAdmin)}
	_, err = s.Transact(ctx, store.Op{Label: "setup.start", NoUndo: true, Quiet: true}, func(tx *store.Tx) error {
		if err := store.PutReady(tx, lang); err != nil {
			return err
		}
		sh, err := store.Get[crm.Shop](tx, crm.ReadyShop)
		if err != nil {
			return err
		}
		sh.Name = shop
		if err := store.Put(tx, sh); err != nil {
			return err
		}
		if err := store.Put(tx, &user); err != nil {
			return err
		}
		return store.PutSetting(tx, store.SettingStarted, "1")
	})
	if err != nil {
		return err
	}
	return s.ActAs(ctx, user.ID)
}

func required(field, value string) (string, error) {
	line, err := crm.CheckLine(field, value)
	if err == nil && line == "" {
		err = crm.NewError(crm.CodeRequired, field)
	}
	return line, err
}

// SaveShop writes a shop, a new one when it has no ID. Errors: required,
// phone.invalid, cnpj.invalid, invalid.
func SaveShop(ctx context.Context, s *store.Store, sh crm.Shop) (crm.Done, error) {
	var err error
	if sh.Name, err = required("name", sh.Name); err != nil {
		return crm.Done{}, err
	}
	if sh.City, err = crm.CheckLine("city", sh.City); err != nil {
		return crm.Done{}, err
	}
	if sh.Phone != "" {
		p, err := format.ParsePhone(sh.Phone, format.DefaultRegion)
		if err != nil {
			return crm.Done{}, err
		}
		sh.Phone = p.E164
	}
	if sh.Document != "" {
		d, err := format.ParseDocument(sh.Document)
		if err != nil {
			return crm.Done{}, err
		}
		sh.Document = d.Value
	}
	if _, err := time.LoadLocation(sh.Timezone); err != nil {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "timezone", "value", sh.Timezone).Because(err)
	}
	return save(ctx, s, "shop.save", &sh.ID, sh.Name, func(tx *store.Tx) error { return store.Put(tx, &sh) })
}

// SaveUser writes a person. The last active one can't be retired. Errors:
// required, invalid, user.last.
func SaveUser(ctx context.Context, s *store.Store, u crm.User) (crm.Done, error) {
	var err error
	if u.Name, err = required("name", u.Name); err != nil {
		return crm.Done{}, err
	}
	if !slices.Contains([]crm.Role{crm.RoleAdmin, crm.RoleManager, crm.RoleSeller}, crm.Role(u.Role)) {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "role", "value", u.Role)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if u.Retired && !slices.ContainsFunc(w.Users, func(o crm.User) bool { return o.ID != u.ID && !o.Retired }) {
		return crm.Done{}, crm.NewError(CodeLastUser, "retired")
	}
	if u.Retired && u.ID == s.ActingUser() {
		return crm.Done{}, crm.NewError(CodeActing, "retired", "name", u.Name)
	}
	return save(ctx, s, "user.save", &u.ID, u.Name, func(tx *store.Tx) error { return store.Put(tx, &u) })
}

// Codes of this package.
const (
	CodeLastUser crm.Code = "user.last"
	CodeActing   crm.Code = "user.acting" // who acts can't be retired
	CodeTaken    crm.Code = "name.taken"

	CodeLastPipeline crm.Code = "pipeline.last"   // the board has to show something
	CodeLastOpen     crm.Code = "stage.last_open" // new leads must enter somewhere
	CodeStageInUse   crm.Code = "stage.in_use"    // leads stand there
	CodeCurrencyUsed crm.Code = "currency.in_use" // leads have values in another
)

// SaveSource writes a source. Errors: required, name.taken.
func SaveSource(ctx context.Context, s *store.Store, v crm.Source) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if v.Name, err = required("name", v.Name); err != nil {
		return crm.Done{}, err
	}
	for _, o := range w.Sources {
		if err := taken(v.ID, v.Name, o.ID, o.Name); err != nil {
			return crm.Done{}, err
		}
	}
	if v.ID == "" {
		v.ID = store.NamedID(crm.KindSource, v.Name)
	}
	return save(ctx, s, "source.save", &v.ID, v.Name, func(tx *store.Tx) error { return store.Put(tx, &v) })
}

// SaveTag writes a tag. Errors: required, name.taken.
func SaveTag(ctx context.Context, s *store.Store, v crm.Tag) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if v.Name, err = required("name", v.Name); err != nil {
		return crm.Done{}, err
	}
	for _, o := range w.Tags {
		if err := taken(v.ID, v.Name, o.ID, o.Name); err != nil {
			return crm.Done{}, err
		}
	}
	if v.ID == "" {
		v.ID = store.NamedID(crm.KindTag, v.Name)
	}
	return save(ctx, s, "tag.save", &v.ID, v.Name, func(tx *store.Tx) error { return store.Put(tx, &v) })
}

// SaveReason writes a reason for won, lost or discarded leads. Errors:
// required, invalid, name.taken.
func SaveReason(ctx context.Context, s *store.Store, v crm.Reason) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if v.Name, err = required("name", v.Name); err != nil {
		return crm.Done{}, err
	}
	if !crm.NeedsReason(v.Kind) {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "kind", "value", v.Kind)
	}
	for _, o := range w.Reasons {
		if o.Kind != v.Kind {
			continue
		}
		if v.ID == "" {
			v.Pos = max(v.Pos, o.Pos+1) // behind the others, once they are in an order
		}
		if err := taken(v.ID, v.Name, o.ID, o.Name); err != nil {
			return crm.Done{}, err
		}
	}
	if v.ID == "" {
		v.ID = store.NamedID(crm.KindReason, v.Kind+" "+v.Name)
	}
	return save(ctx, s, "reason.save", &v.ID, v.Name, func(tx *store.Tx) error { return store.Put(tx, &v) })
}

// PlaceReason puts a reason at an index among those in use of its kind, 0 the
// first: the window offers them so. Errors: not_found.
func PlaceReason(ctx context.Context, s *store.Store, id string, index int) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	i := slices.IndexFunc(w.Reasons, func(r crm.Reason) bool { return r.ID == id && !r.Retired })
	if i < 0 {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "id", "id", id)
	}
	var ids []string
	for _, r := range w.Reasons {
		if r.Kind == w.Reasons[i].Kind && !r.Retired {
			ids = append(ids, r.ID)
		}
	}
	if ids, err = placed(ids, id, index); err != nil {
		return crm.Done{}, err
	}
	return save(ctx, s, "reason.save", &id, w.Reasons[i].Name, func(tx *store.Tx) error {
		return renumber(tx, ids, func(r *crm.Reason) *int64 { return &r.Pos })
	})
}

// taken refuses a name that another one has, accents and case apart.
func taken(id, name, otherID, otherName string) error {
	if id != otherID && format.Fold(name) == format.Fold(otherName) {
		return crm.NewError(CodeTaken, "name", "name", otherName)
	}
	return nil
}

// save runs one operation on a small entity; id is read after f, which makes
// one for a new entity.
func save(ctx context.Context, s *store.Store, label string, id *string, name string, f func(*store.Tx) error) (crm.Done, error) {
	if *id != "" {
		if err := store.CheckID("id", *id); err != nil {
			return crm.Done{}, err
		}
	}
	done, err := s.Transact(ctx, store.Op{Label: label, Params: map[string]string{"name": name}}, f)
	if err == nil {
		done.IDs = []string{*id}
	}
	return done, err
}
