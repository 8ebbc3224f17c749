package transfer

import (
	"context"
	"strconv"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
)

// people is who the rows of a batch may be: contacts of the store and those
// that earlier rows made, by what two of the same share.
type people struct {
	byKey map[string]*person
	byID  map[string]*person
}

// person is one contact with its leads.
type person struct {
	id    string
	row   int // of a review: the row that would make it, -1 for one in the store
	leads []knownLead
}

type knownLead struct {
	id   string
	keys sheet.Keys
	kind string // of its stage; "" for one that only its id finds
}

// keysOf answers what rows and contacts are matched by. The letters keep the
// kinds apart.
func keysOf(k sheet.Keys) []string {
	out := make([]string, 0, len(k.Phones)+len(k.Emails)+1)
	for _, p := range k.Phones {
		out = append(out, "p"+p)
	}
	for _, e := range k.Emails {
		out = append(out, "e"+e)
	}
	if k.Document != "" {
		out = append(out, "d"+k.Document)
	}
	return out
}

// lookUp reads from the store whom the rows may be about.
func (b *batch) lookUp(ctx context.Context, rows []sheet.Result) (*people, error) {
	var phones, emails, documents []string
	known := &people{byKey: map[string]*person{}, byID: map[string]*person{}}
	for i := range rows {
		if rows[i].Refused() {
			continue
		}
		k := rows[i].Lead.Keys()
		phones, emails = append(phones, k.Phones...), append(emails, k.Emails...)
		if k.Document != "" {
			documents = append(documents, k.Document)
		}
	}
	matches, err := b.s.MatchContacts(ctx, phones, emails, documents)
	if err != nil {
		return nil, err
	}
	for _, m := range matches {
		p := known.byID[m.ContactID]
		if p == nil {
			p = &person{id: m.ContactID, row: -1}
			known.byID[m.ContactID] = p
		}
		for _, kind := range []string{"p", "e", "d"} {
			// Two contacts that share a key are a possible duplicate, for a
			// person to merge; here the older one is taken.
			if old := known.byKey[kind+m.Key]; old == nil || p.id < old.id {
				known.byKey[kind+m.Key] = p
			}
		}
	}
	if err := b.lookUpByID(ctx, rows, known); err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(known.byID))
	for id := range known.byID {
		ids = append(ids, id)
	}
	list, err := b.s.LeadsOfContacts(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, l := range list {
		p := known.byID[l.ContactID]
		p.leads = append(p.leads, knownLead{id: l.ID, kind: b.names.kindOf(l.StageID), keys: leadKeys(&l)})
	}
	return known, nil
}

// lookUpByID finds the contacts and leads that rows name by our own ids, as an
// export does: a sheet that comes back meets the same leads.
func (b *batch) lookUpByID(ctx context.Context, rows []sheet.Result, known *people) error {
	for i := range rows {
		l := &rows[i].Lead
		if rows[i].Refused() || l.ID == "" && l.ContactID == "" {
			continue
		}
		if l.ID != "" {
			lead, err := store.Read[crm.Lead](ctx, b.s, l.ID)
			if err == nil {
				p := known.byID[lead.ContactID]
				if p == nil {
					p = &person{id: lead.ContactID, row: -1}
					known.byID[p.id] = p
				}
				p.leads = append(p.leads, knownLead{id: lead.ID, keys: leadKeys(lead)})
				known.byKey["l"+l.ID] = p
				continue
			}
			if crm.CodeOf(err) != crm.CodeNotFound {
				return err
			}
		}
		if l.ContactID != "" && known.byID[l.ContactID] == nil {
			_, err := store.Read[crm.Contact](ctx, b.s, l.ContactID)
			if err == nil {
				known.byID[l.ContactID] = &person{id: l.ContactID, row: -1}
			} else if crm.CodeOf(err) != crm.CodeNotFound {
				return err
			}
		}
	}
	return nil
}

func leadKeys(l *crm.Lead) sheet.Keys {
	return sheet.Keys{Vehicle: format.FoldWords(l.Vehicle), Plate: format.PlateKey(l.Plate)}
}

// find answers the person that a row is about, nil for a new one.
func (k *people) find(l *sheet.Lead, keys sheet.Keys) *person {
	if l.ID != "" {
		if p := k.byKey["l"+l.ID]; p != nil {
			return p
		}
	}
	if l.ContactID != "" {
		return k.byID[l.ContactID]
	}
	for _, key := range keysOf(keys) {
		if p := k.byKey[key]; p != nil {
			return p
		}
	}
	return nil
}

func (k *people) add(id string, keys sheet.Keys) *person {
	p := &person{id: id, row: -1}
	k.byID[id] = p
	k.keep(p, keys)
	return p
}

// keep makes a person found by keys that a row brought.
func (k *people) keep(p *person, keys sheet.Keys) {
	for _, key := range keysOf(keys) {
		if k.byKey[key] == nil {
			k.byKey[key] = p
		}
	}
}

// sameLead answers the lead that a row is about: the one it names; or one about
// the same vehicle, be it as far as the row says, so that a sheet which comes a
// second time meets its sales, too, or still open. A sale is never reopened.
func (p *person) sameLead(id, kind string, keys sheet.Keys) string {
	for _, l := range p.leads {
		if id != "" && l.id == id {
			return l.id
		}
	}
	if id != "" {
		return ""
	}
	for _, k := range []string{kind, crm.StageOpen} {
		for _, l := range p.leads {
			if l.kind == k && l.keys.SameVehicle(keys) {
				return l.id
			}
		}
	}
	return ""
}

func (c Counts) text() string { return strconv.Itoa(c.Created + c.Merged) }
