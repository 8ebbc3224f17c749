// Package replica says what the CRM's records are to a hub: where each belongs,
// who may write it, and how people and shops are read from what it keeps.
package replica

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

// Reasons why a hub refuses a person's write.
const (
	CodeRole      crm.Code = "policy.role"      // the role doesn't allow it
	CodeShop      crm.Code = "policy.shop"      // it reaches into a shop that isn't the writer's
	CodeImmutable crm.Code = "policy.immutable" // history is not rewritten
)

// Policy is the CRM's, for its hub.
type Policy struct{}

var _ hub.Policy = Policy{}

// Place answers where a record belongs.
//
// What everybody needs to read the rest is the whole workspace's: settings,
// people, shops, pipelines and their stages, sources, tags, reasons, custom
// fields, views. A lead is
// its shop's; one without a shop is everybody's, as one that is yet to be given
// to a shop. What happened with a lead is where the lead is, files with it, and a contact is
// wherever it has leads; a company also where its people are. Neither another contact that this one was merged into
// nor the lead that this one came from is a parent: each lives by itself.
//
// What was said of two contacts is where the one of the greater id is. While
// that is merged, the one that stays is there, too: it is shown in its place.
//
// A lead holds its contact. Activities don't hold their lead: deleting a lead
// leaves them as they are, so that undoing it finds them.
//
// A kind of a newer program's is its writer's shops'.
func (Policy) Place(kind uint32, s *record.State) hub.Place {
	switch crm.Kind(kind) {
	case crm.KindShop, crm.KindUser, crm.KindSource, crm.KindTag, crm.KindReason, crm.KindPipeline, crm.KindStage, crm.KindSetting, crm.KindField, crm.KindView:
		return hub.Place{By: hub.Own}
	case crm.KindLead:
		shop, _ := idIn(s, keys.leadShop)
		return hub.Place{By: hub.Own, Scope: shop, Parents: parentsIn(s, keys.leadContact), Holds: true}
	case crm.KindContact:
		return hub.Place{By: hub.Children, Parents: parentsIn(s, keys.contactCompany)}
	case crm.KindMark, crm.KindActivity, crm.KindEvent:
		return hub.Place{By: hub.Parent, Parents: parentsIn(s, keys.lead[crm.Kind(kind)])}
	case crm.KindAttachment:
		p := hub.Place{By: hub.Parent, Parents: parentsIn(s, keys.lead[crm.KindAttachment])}
		if id, err := protocol.ReadBlobID(textIn(s, keys.attachmentHash)); err == nil {
			p.Blobs = []protocol.BlobID{id}
		}
		return p
	case crm.KindPair:
		parents := parentsIn(s, keys.pairContact)
		if textIn(s, keys.pairTaken) != "" {
			parents = append(parents, parentsIn(s, keys.pairInto)...)
		}
		return hub.Place{By: hub.Parent, Parents: parents}
	}
	return hub.Place{By: hub.Parent}
}

// Refuse answers what a device's user may not write of what it tells. A field
// that is told to be what it is already is never refused: two PCs that were
// filled apart tell each other much of that.
func (Policy) Refuse(v hub.View, d hub.Device, kind uint32, _ record.ID, now *record.State, told record.Delta) ([]record.Key, string, error) {
	role, err := roleOf(v, d.User)
	if err != nil || role == crm.RoleAdmin {
		return nil, "", err
	}
	c := change{v: v, d: d, role: role, now: now, told: told, keys: changed(now, told)}
	if len(c.keys) == 0 {
		return nil, "", nil
	}
	code, keys := crm.Code(""), c.whole()
	switch crm.Kind(kind) {
	case crm.KindSetting, crm.KindPipeline, crm.KindStage, crm.KindShop:
		code = CodeRole
	case crm.KindReason, crm.KindField:
		code = c.unless(role == crm.RoleManager)
	case crm.KindSource, crm.KindTag: // importing and typing make them
		code = c.unless(role == crm.RoleManager || now == nil)
	case crm.KindView:
		code = c.unless(role == crm.RoleManager || !c.shared())
	case crm.KindUser:
		code, keys = c.user()
	case crm.KindEvent:
		switch {
		case now != nil:
			code = CodeImmutable
		case role == crm.RoleManager: // that a lead was handed on may be told when it is out of sight already
		default:
			code, err = c.reaches(crm.Kind(kind))
		}
	case crm.KindMark, crm.KindActivity, crm.KindAttachment:
		code, err = c.reaches(crm.Kind(kind))
	case crm.KindLead:
		code, keys, err = c.lead()
	case crm.KindPair:
		code, err = c.pair()
	case crm.KindContact: // whoever sees one may write it
	}
	if err != nil || code == "" {
		return nil, "", err
	}
	return keys, string(code), nil
}

// Manages lets the devices of admins revoke others.
func (Policy) Manages(v hub.View, d hub.Device) (bool, error) {
	role, err := roleOf(v, d.User)
	return role == crm.RoleAdmin, err
}

// change is what a device tells of one record, on its way past the policy.
type change struct {
	v    hub.View
	d    hub.Device
	role crm.Role
	now  *record.State // nil: there is none yet
	told record.Delta
	keys []record.Key // that it would change
}

// whole answers the keys by which all of a change is refused: of a record that
// is there, what would change; of one that isn't, or that any write would bring
// back, all that is told.
func (c *change) whole() []record.Key {
	if c.now != nil && !c.now.Dead() {
		return c.keys
	}
	return append([]record.Key{hub.LifeKey}, toldKeys(c.told)...)
}

// shared says whether a view is everybody's, or would be. A private one is for
// any seller to write: several people may act on one PC.
func (c *change) shared() bool {
	return c.now != nil && textIn(c.now, keys.viewShared) == flag(true) || textIn(&c.told.State, keys.viewShared) == flag(true)
}

func (c *change) unless(allowed bool) crm.Code {
	if allowed {
		return ""
	}
	return CodeRole
}

// user: a manager adds and edits those who sell, gives them no other role and
// no shop that isn't the manager's own.
func (c *change) user() (crm.Code, []record.Key) {
	if c.role != crm.RoleManager || c.now != nil && crm.Role(textIn(c.now, keys.userRole)) != crm.RoleSeller {
		return CodeRole, c.whole()
	}
	if role := crm.Role(textIn(&c.told.State, keys.userRole)); c.now == nil && role != crm.RoleSeller {
		return CodeRole, c.whole()
	}
	var no []record.Key
	code := crm.Code("")
	for _, k := range c.keys {
		switch {
		case k == keys.userRole && crm.Role(textIn(&c.told.State, k)) != crm.RoleSeller:
			no, code = append(no, k), CodeRole
		case k.ID == keys.userShops.ID && !c.d.Sees(asID(k.Sub)):
			no = append(no, k)
			if code == "" {
				code = CodeShop
			}
		}
	}
	return code, no
}

// lead: a new one is in one of the writer's shops, or in none yet, and its
// contact is none that the writer can't see. A seller moves one between shops
// that are both the seller's own; a manager hands one on to any shop, and then
// sees it no more. Nobody takes one out of every shop: it would be everybody's.
func (c *change) lead() (crm.Code, []record.Key, error) {
	code, err := c.contact()
	if err != nil || code != "" && c.now == nil {
		return code, c.whole(), err
	}
	var no []record.Key
	if code != "" {
		no = append(no, keys.leadContact)
	}
	if !slices.Contains(c.keys, keys.leadShop) {
		return code, no, nil
	}
	shop, there := idIn(&c.told.State, keys.leadShop)
	ok := there && c.d.Sees(shop)
	switch {
	case !there:
		ok = c.now == nil
	case !ok && c.role == crm.RoleManager && c.now != nil:
		if ok, err = c.isShop(shop); err != nil {
			return "", nil, err
		}
	}
	if ok {
		return code, no, nil
	}
	if c.now == nil {
		return CodeShop, c.whole(), nil
	}
	return CodeShop, append(no, keys.leadShop), nil
}

// contact refuses to give a lead a contact that the writer can't see.
func (c *change) contact() (crm.Code, error) {
	if !slices.Contains(c.keys, keys.leadContact) {
		return "", nil
	}
	return c.sees(parentsIn(&c.told.State, keys.leadContact))
}

// reaches refuses what is made of a lead, or put on one, that the writer can't see.
func (c *change) reaches(kind crm.Kind) (crm.Code, error) {
	if !slices.Contains(c.keys, keys.lead[kind]) {
		return "", nil
	}
	return c.sees(parentsIn(&c.told.State, keys.lead[kind]))
}

// pair refuses what is said of a contact that the writer can't see: merging
// would show it.
func (c *change) pair() (crm.Code, error) {
	var ids []record.ID
	for _, k := range []record.Key{keys.pairContact, keys.pairInto} {
		if slices.Contains(c.keys, k) {
			ids = append(ids, parentsIn(&c.told.State, k)...)
		}
	}
	return c.sees(ids)
}

// sees refuses records that are there and out of the writer's sight. One that
// this batch made is in no scope yet, and one that it moved still where it was:
// what is told of a lead along with the lead counts as told before it moved.
func (c *change) sees(ids []record.ID) (crm.Code, error) {
	rows, err := c.v.Records(ids)
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		if row := rows[id]; len(row.Scopes) > 0 && !c.d.Sees(row.Scopes...) {
			return CodeShop, nil
		}
	}
	return "", nil
}

// isShop says whether there is a shop of that id.
func (c *change) isShop(id record.ID) (bool, error) {
	rows, err := c.v.Records([]record.ID{id})
	if err != nil {
		return false, err
	}
	row, there := rows[id]
	if !there || crm.Kind(row.Kind) != crm.KindShop {
		return false, nil
	}
	s, err := record.Decode(row.State)
	if err != nil {
		return false, fmt.Errorf("shop %s: %w", uuid.UUID(id), err)
	}
	return !s.Dead(), nil
}

// roleOf answers what a device's user may do: what the user's record says. One
// that isn't there, or says nothing known, is a seller's. A retired person's
// stays what it was, so that work done before isn't refused: revoking a device
// is what ends its access.
func roleOf(v hub.View, user record.ID) (crm.Role, error) {
	rows, err := v.Records([]record.ID{user})
	if err != nil {
		return "", err
	}
	row, there := rows[user]
	if !there || crm.Kind(row.Kind) != crm.KindUser {
		return crm.RoleSeller, nil
	}
	s, err := record.Decode(row.State)
	if err != nil {
		return "", fmt.Errorf("user %s: %w", uuid.UUID(user), err)
	}
	switch role := crm.Role(textIn(s, keys.userRole)); role {
	case crm.RoleAdmin, crm.RoleManager:
		return role, nil
	}
	return crm.RoleSeller, nil
}
