package replica

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// here is a workspace as a policy sees it.
type here struct {
	hub.View
	rows map[record.ID]protocol.Row
}

func (h here) Records(ids []record.ID) (map[record.ID]protocol.Row, error) {
	out := map[record.ID]protocol.Row{}
	for _, id := range ids {
		if row, there := h.rows[id]; there {
			out[id] = row
		}
	}
	return out, nil
}

func (h here) put(id string, kind crm.Kind, s *record.State, scopes ...string) {
	row := protocol.Row{ID: asID(id), Kind: uint32(kind), State: s.AppendValues(nil)}
	for _, scope := range scopes {
		row.Scopes = append(row.Scopes, asID(scope))
	}
	h.rows[row.ID] = row
}

func number(n int) string { return fmt.Sprintf("01900000-0000-7000-8000-%012d", n) }

const writer vv.Replica = vv.FirstDevice + 7

type fields map[record.Key]string

// stateOf is a record that a replica wrote.
func stateOf(by vv.Replica, values fields) *record.State {
	s := &record.State{}
	write(s, by, values)
	return s
}

func write(s *record.State, by vv.Replica, values fields) {
	keys := make([]record.Key, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, record.Key.Compare)
	for _, k := range keys {
		d := vv.Dot{Replica: by, N: s.Seen.At(by) + 1}
		s.Put(k, d, s.Next(k, record.Clock(1)))
		i := slices.IndexFunc(s.Fields, func(f record.Field) bool { return f.Dot == d })
		s.Fields[i].Value = values[k]
	}
}

func person(role crm.Role) *record.State {
	return stateOf(1, fields(UserFields(crm.User{Name: "Ana", Role: string(role)}, []string{ownShop}, nil)))
}

func workspace() here {
	h := here{rows: map[record.ID]protocol.Row{}}
	whole := uuid.Nil.String()
	for id, role := range map[string]crm.Role{adminID: crm.RoleAdmin, managerID: crm.RoleManager, sellerID: crm.RoleSeller, otherID: crm.RoleSeller} {
		h.put(id, crm.KindUser, person(role), whole)
	}
	for _, id := range []string{ownShop, otherShop} {
		h.put(id, crm.KindShop, stateOf(1, fields{keys.shopName: "Loja"}), whole)
	}
	h.put(ownLead, crm.KindLead, stateOf(1, fields{keys.leadShop: ownShop}), ownShop)
	h.put(otherLead, crm.KindLead, stateOf(1, fields{keys.leadShop: otherShop}), otherShop)
	h.put(ownContact, crm.KindContact, stateOf(1, fields{keyOf[crm.Contact]("Name"): "Ana"}), ownShop)
	h.put(otherContact, crm.KindContact, stateOf(1, fields{keyOf[crm.Contact]("Name"): "Bia"}), otherShop)
	return h
}

var everyone = map[crm.Role]hub.Device{
	crm.RoleAdmin:   {Replica: writer, User: asID(adminID), Grants: []protocol.Grant{{Number: 1}, {Number: 2, Scope: hub.Everything}}},
	crm.RoleManager: {Replica: writer, User: asID(managerID), Grants: []protocol.Grant{{Number: 1}, {Number: 2, Scope: asID(ownShop)}}},
	crm.RoleSeller:  {Replica: writer, User: asID(sellerID), Grants: []protocol.Grant{{Number: 1}, {Number: 2, Scope: asID(ownShop)}}},
}

// verdict is what becomes of a device's write: "" all of it is taken.
func verdict(t testing.TB, h here, d hub.Device, kind crm.Kind, now *record.State, told record.Delta) (keys []record.Key, reason string) {
	t.Helper()
	keys, reason, err := (Policy{}).Refuse(h, d, uint32(kind), record.ID{9}, now, told)
	if err != nil {
		t.Fatal(err)
	}
	if (len(keys) == 0) != (reason == "") {
		t.Fatalf("%v for %q", keys, reason)
	}
	return keys, reason
}

// sample is a record of a kind, in the writer's shop where it has one.
func sample(kind crm.Kind) fields {
	switch kind {
	case crm.KindUser:
		return fields(UserFields(crm.User{Name: "Rui", Role: string(crm.RoleSeller)}, []string{ownShop}, nil))
	case crm.KindLead:
		return fields{keys.leadShop: ownShop, keyOf[crm.Lead]("Vehicle"): "Gol"}
	case crm.KindMark, crm.KindActivity, crm.KindEvent, crm.KindAttachment:
		return fields{keys.lead[kind]: ownLead, {ID: 2}: "1"}
	}
	return fields{{ID: 1}: "x", {ID: 2}: "y"}
}

var kinds = []crm.Kind{
	crm.KindShop, crm.KindUser, crm.KindSource, crm.KindTag, crm.KindReason, crm.KindPipeline, crm.KindStage, crm.KindSetting, crm.KindField, crm.KindView,
	crm.KindContact, crm.KindLead, crm.KindMark, crm.KindActivity, crm.KindEvent, crm.KindAttachment, crm.KindPair, 99,
}
