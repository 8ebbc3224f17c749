package transfer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
)

// people is who the rows of a batch may be: contacts of the store and those
// that earlier rows made, by what two of the same share.
type people struct {
	byKey map[string][]*person
	byID  map[string]*person
}

// person is one contact with its leads.
type person struct {
	id     string
	name   string // folded words
	emails []string
	leads  []knownLead
}

// other says whether somebody who shares a phone with a person is somebody
// else all the same: another first name, or another name and another e-mail.
// Families and front desks share phones, and a name that went into another's
// lead would be lost.
func (p *person) other(name string, emails []string) bool {
	if firstName(p.name) != firstName(name) {
		return true
	}
	return p.name != name && len(p.emails) > 0 && len(emails) > 0 &&
		!slices.ContainsFunc(emails, func(e string) bool { return slices.Contains(p.emails, e) })
}

// firstName is the first of a name's folded words: "Ana L." and "Ana Lima" agree.
func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
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
	known := &people{byKey: map[string][]*person{}, byID: map[string]*person{}}
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
		p, err := b.known(ctx, known, m.ContactID)
		if err != nil {
			return nil, err
		}
		for _, kind := range []string{"p", "e", "d"} {
			known.enter(kind+m.Key, p)
		}
	}
	// Two contacts that share a key are a possible duplicate, for a person to
	// merge; here the older one is taken.
	for _, list := range known.byKey {
		slices.SortFunc(list, func(a, b *person) int { return strings.Compare(a.id, b.id) })
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
		p := known.byID[l.PersonID]
		p.leads = append(p.leads, knownLead{id: l.ID, kind: b.names.kindOf(l.StageID), keys: leadKeys(&l)})
	}
	return known, nil
}

// known answers a contact of the store as whom it is shown, read once.
func (b *batch) known(ctx context.Context, known *people, id string) (*person, error) {
	if p := known.byID[id]; p != nil {
		return p, nil
	}
	c, err := b.s.PersonOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if p := known.byID[c.ID]; p != nil {
		return p, nil
	}
	p := &person{id: c.ID, name: format.FoldWords(c.Name)}
	for _, e := range c.Emails {
		p.emails = append(p.emails, e.Key)
	}
	known.byID[p.id] = p
	return p, nil
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
				p, err := b.known(ctx, known, lead.PersonID)
				if err != nil {
					return err
				}
				p.leads = append(p.leads, knownLead{id: lead.ID, keys: leadKeys(lead)})
				known.enter("l"+l.ID, p)
				continue
			}
			if crm.CodeOf(err) != crm.CodeNotFound {
				return err
			}
		}
		if l.ContactID != "" {
			p, err := b.known(ctx, known, l.ContactID)
			if err == nil {
				known.enter("c"+l.ContactID, p)
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
	if list := k.byKey["l"+l.ID]; l.ID != "" && len(list) > 0 {
		return list[0]
	}
	if l.ContactID != "" {
		if list := k.byKey["c"+l.ContactID]; len(list) > 0 {
			return list[0]
		}
		return k.byID[l.ContactID] // an earlier row made it
	}
	name := format.FoldWords(l.Name)
	for _, key := range keysOf(keys) {
		for _, p := range k.byKey[key] {
			if key[0] != 'p' || !p.other(name, keys.Emails) {
				return p
			}
		}
	}
	return nil
}

func (k *people) add(id, name string, keys sheet.Keys) *person {
	p := &person{id: id, name: format.FoldWords(name)}
	k.byID[id] = p
	k.keep(p, keys)
	return p
}

// keep makes a person found by keys that a row brought.
func (k *people) keep(p *person, keys sheet.Keys) {
	for _, key := range keysOf(keys) {
		k.enter(key, p)
	}
	for _, e := range keys.Emails {
		if !slices.Contains(p.emails, e) {
			p.emails = append(p.emails, e)
		}
	}
}

func (k *people) enter(key string, p *person) {
	if !slices.Contains(k.byKey[key], p) {
		k.byKey[key] = append(k.byKey[key], p)
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
