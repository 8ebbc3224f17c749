package replica

import (
	"crypto/sha256"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/hub/sqlitestore"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// dealer is a hub with the CRM's policy and one device a person.
type dealer struct {
	*hub.Hub
	t  *testing.T
	ws record.ID
}

// device is one of a person's.
type device struct {
	d    *dealer
	ask  protocol.Ask
	key  []byte
	n    uint64
	held map[string]*record.State // by id
}

func newDealer(t *testing.T) *dealer {
	t.Helper()
	store, err := sqlitestore.Open(t.Context(), filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &dealer{Hub: hub.New(store, Policy{}, time.Now), t: t}
	if d.ws, err = d.Create(t.Context(), "Dois Irmãos"); err != nil {
		t.Fatal(err)
	}
	return d
}

// hire makes a person and lets a device of that person's in.
func (d *dealer) hire(n int, role crm.Role, scopes ...record.ID) *device {
	d.t.Helper()
	user := asID(number(n))
	if err := d.Write(d.t.Context(), d.ws, uint32(crm.KindUser), user, UserFields(crm.User{Name: "Ana", Role: string(role)}, nil, nil)); err != nil {
		d.t.Fatal(err)
	}
	secret, err := d.Invite(d.t.Context(), d.ws, user, scopes, time.Hour)
	if err != nil {
		d.t.Fatal(err)
	}
	joined, key, err := d.Join(d.t.Context(), d.ws, secret, "PC", hub.Past{})
	if err != nil {
		d.t.Fatal(err)
	}
	return &device{d, protocol.Ask{Protocol: protocol.Newest, Workspace: d.ws, Replica: joined.Replica}, key, 0, map[string]*record.State{}}
}

// item is a record with some of its fields written.
func (p *device) item(id string, kind crm.Kind, values fields) protocol.Item {
	s := &record.State{}
	if p.held[id] != nil {
		s = p.held[id].Clone()
	}
	keys := make([]record.Key, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, record.Key.Compare)
	for _, k := range keys {
		p.n++
		dot := vv.Dot{Replica: p.ask.Replica, N: p.n}
		s.Put(k, dot, s.Next(k, record.Clock(time.Now().UnixMilli())))
		i := slices.IndexFunc(s.Fields, func(f record.Field) bool { return f.Dot == dot })
		s.Fields[i].Value = values[k]
	}
	return protocol.NewItem(asID(id), uint32(kind), s.Whole())
}

func (p *device) push(items ...protocol.Item) []protocol.Verdict {
	p.d.t.Helper()
	batch := p.ask.Answered + 1
	frame, err := protocol.Encode(&protocol.Push{Ask: p.ask, Batch: batch, Items: items})
	if err != nil {
		p.d.t.Fatal(err)
	}
	answer, err := p.d.Push(p.d.t.Context(), p.key, frame)
	if err != nil {
		p.d.t.Fatal(err)
	}
	p.ask.Answered, p.ask.Hash, p.ask.Epoch, p.ask.Head = batch, sha256.Sum256(frame), answer.Hub.Epoch, answer.Hub.Head
	return answer.Verdicts
}

// accepts fails unless all is taken.
func (p *device) accepts(what string, items ...protocol.Item) {
	p.d.t.Helper()
	for _, v := range p.push(items...) {
		if v.Status != protocol.Accepted || len(v.Refused) > 0 {
			p.d.t.Errorf("%s: %+v", what, v)
		}
	}
}

// sees answers which of the ids the device gets, from the beginning.
func (p *device) sees(ids ...string) (out []string) {
	p.d.t.Helper()
	page, err := p.d.Pull(p.d.t.Context(), p.key, &protocol.Pull{Ask: p.ask})
	if err != nil {
		p.d.t.Fatal(err)
	}
	for _, g := range page.Hub.Grants {
		p.ask.Epoch, p.ask.Head = page.Hub.Epoch, page.Hub.Head
		if page, err = p.d.Pull(p.d.t.Context(), p.key, &protocol.Pull{Ask: p.ask, Mark: protocol.Mark{Grant: g.Number}}); err != nil {
			p.d.t.Fatal(err)
		}
		for _, row := range page.Rows {
			id := uuid.UUID(row.ID).String()
			if row.Left || !slices.Contains(ids, id) || slices.Contains(out, id) {
				continue
			}
			out = append(out, id)
			if p.held[id], err = record.Decode(row.State); err != nil {
				p.d.t.Fatal(err)
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestALeadGoesToAnotherShopWithAllThatBelongsToIt(t *testing.T) {
	d := newDealer(t)
	admin := d.hire(1, crm.RoleAdmin, hub.Everything)
	manager := d.hire(2, crm.RoleManager, asID(ownShop))
	seller := d.hire(3, crm.RoleSeller, asID(ownShop))
	other := d.hire(4, crm.RoleSeller, asID(otherShop))
	admin.accepts("shops", admin.item(ownShop, crm.KindShop, fields{keys.shopName: "Centro"}), admin.item(otherShop, crm.KindShop, fields{keys.shopName: "Norte"}))

	contact, lead, activity, mark, event := number(31), number(32), number(33), number(34), number(35)
	all := []string{contact, lead, activity, mark, event}
	// The contact and what happened come before the lead that they belong to.
	seller.accepts("a new lead",
		seller.item(contact, crm.KindContact, fields{keyOf[crm.Contact]("Name"): "Bia"}),
		seller.item(activity, crm.KindActivity, fields{keys.lead[crm.KindActivity]: lead}),
		seller.item(mark, crm.KindMark, fields{keys.lead[crm.KindMark]: lead}))
	seller.accepts("the lead itself",
		seller.item(lead, crm.KindLead, fields{keys.leadShop: ownShop, keys.leadContact: contact}),
		seller.item(event, crm.KindEvent, fields{keys.lead[crm.KindEvent]: lead}))
	sights := func(when string, want ...*device) {
		t.Helper()
		for i, p := range []*device{admin, manager, seller, other} {
			got := p.sees(all...)
			if slices.Contains(want, p) && !slices.Equal(got, all) || !slices.Contains(want, p) && len(got) > 0 {
				t.Errorf("%s: person %d sees %v", when, i+1, got)
			}
		}
	}
	sights("at first", admin, manager, seller)

	v := seller.push(seller.item(lead, crm.KindLead, fields{keys.leadShop: otherShop}))[0]
	if v.Status != protocol.Accepted || v.Reason != string(CodeShop) || !slices.Equal(v.Refused, []record.Key{keys.leadShop}) {
		t.Errorf("a seller gives a lead away: %+v", v)
	}
	sights("after a seller tried", admin, manager, seller)
	manager.accepts("a manager hands it on", manager.item(lead, crm.KindLead, fields{keys.leadShop: otherShop}))
	sights("after a manager did", admin, other)
	if v := seller.push(seller.item(activity, crm.KindActivity, fields{{ID: 7}: "done"}))[0]; v.Status != protocol.Gone {
		t.Errorf("what is out of sight is written: %+v", v)
	}
	if v := manager.push(manager.item(number(36), crm.KindActivity, fields{keys.lead[crm.KindActivity]: lead}))[0]; v.Status != protocol.Refused || v.Reason != string(CodeShop) || v.Row != nil {
		t.Errorf("a new activity of a lead out of sight: %+v", v)
	}
	other.accepts("the other shop goes on", other.item(lead, crm.KindLead, fields{{ID: 6}: "5"}), other.item(number(37), crm.KindActivity, fields{keys.lead[crm.KindActivity]: lead}))
}

func TestARefusedNewRecordIsNotThere(t *testing.T) {
	d := newDealer(t)
	seller := d.hire(3, crm.RoleSeller, asID(ownShop))
	admin := d.hire(1, crm.RoleAdmin, hub.Everything)
	id := number(41)
	for _, kind := range []crm.Kind{crm.KindShop, crm.KindUser, crm.KindReason, crm.KindPipeline, crm.KindStage, crm.KindSetting} {
		if v := seller.push(seller.item(id, kind, sample(kind)))[0]; v.Status != protocol.Refused || v.Reason != string(CodeRole) || v.Row != nil {
			t.Errorf("kind %d: %+v", kind, v)
		}
	}
	if got := admin.sees(id); len(got) != 0 {
		t.Errorf("it is there: %v", got)
	}
	// A role that changes counts from the next write on.
	if err := d.Write(t.Context(), d.ws, uint32(crm.KindUser), asID(number(3)), UserFields(crm.User{Name: "Ana", Role: string(crm.RoleAdmin)}, nil, nil)); err != nil {
		t.Fatal(err)
	}
	seller.accepts("promoted", seller.item(id, crm.KindSetting, sample(crm.KindSetting)))
}
