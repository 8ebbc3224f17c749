// Package leads is the work with a lead: take it in, edit it, move it, plan
// with it. Each exported function is one operation of the store; the window,
// the command line and the hub's desk call the same ones.
package leads

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/crm/rank"
	"patio/backend/fields"
	"patio/backend/format"
	"patio/backend/store"
)

// New is a lead as it is typed in. Name and a phone or an e-mail are needed.
type New struct {
	Name       string   `json:"name"`
	Phone      string   `json:"phone"` // as typed
	Email      string   `json:"email"` // as typed
	Company    string   `json:"company"`
	Vehicle    string   `json:"vehicle"`
	Plate      string   `json:"plate"`
	Subject    string   `json:"subject"`
	ValueCents int64    `json:"valueCents"`
	SourceID   string   `json:"sourceId"`
	OwnerID    string   `json:"ownerId"`
	StageID    string   `json:"stageId"` // "": the first stage of the sales pipeline
	ShopID     string   `json:"shopId"`  // "": the first shop
	Timeframe  string   `json:"timeframe"`
	Tags       []string `json:"tags"`
	Note       string   `json:"note"`
	ContactID  string   `json:"contactId"` // a further lead of a known contact; name, phone and e-mail are then ignored

	Values []crm.FieldValue `json:"values"` // of custom fields, the lead's and the contact's

	OriginLeadID string `json:"originLeadId"` // with ContactID: the lead that this one came of
	ReferredBy   string `json:"referredBy"`   // the id of the contact who brought it
}

// Create takes a lead in, on top of its stage. Errors: required, phone.invalid,
// email.invalid, plate.invalid, lead.needs_contact, each with its field; required
// also for what the workspace asks for.
func Create(ctx context.Context, s *store.Store, n New) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	c, l, err := n.check(w)
	if err != nil {
		return crm.Done{}, err
	}
	note, err := crm.CheckText("note", n.Note)
	if err != nil {
		return crm.Done{}, err
	}
	op := store.Op{Label: "lead.create", Params: map[string]string{}}
	return s.Transact(ctx, op, func(tx *store.Tx) error {
		if n.ContactID != "" {
			known, err := store.Person(tx, n.ContactID)
			if err != nil {
				return err
			}
			c = known
		} else {
			c.CreatedAt = tx.Now
			if err := store.Put(tx, c); err != nil {
				return err
			}
		}
		if n.OriginLeadID != "" {
			origin, err := store.Get[crm.Lead](tx, n.OriginLeadID)
			if err != nil {
				return err
			}
			if origin.PersonID != c.ID {
				return crm.NewError(crm.CodeNotFound, "originLeadId", "id", n.OriginLeadID)
			}
			l.OriginLeadID = origin.ID
		}
		op.Params["name"] = c.Name
		l.ContactID, l.CreatedAt, l.StageSince, l.CreatedBy, l.CreatedVia = c.ID, tx.Now, tx.Now, tx.User, crm.ViaManual
		if err := refer(tx, w, l, n.ReferredBy); err != nil {
			return err
		}
		if l.Rank, err = rankAt(tx, l.StageID, place{top: true}); err != nil {
			return err
		}
		if err := store.Put(tx, l); err != nil || note == "" {
			return err
		}
		return store.Put(tx, &crm.Activity{LeadID: l.ID, Kind: crm.ActivityNote, Body: note, DoneAt: tx.Now, UserID: tx.User, CreatedAt: tx.Now, CreatedBy: tx.User})
	})
}

func (n New) check(w *store.Workspace) (_ *crm.Contact, _ *crm.Lead, err error) {
	c := &crm.Contact{Type: "person"}
	l := &crm.Lead{
		StageID: n.StageID, OwnerID: n.OwnerID, SourceID: n.SourceID, ShopID: n.ShopID, ValueCents: max(n.ValueCents, 0),
		Currency: w.Settings[store.SettingCurrency], Timeframe: n.Timeframe, Tags: n.Tags,
	}
	if l.StageID == "" {
		l.StageID = FirstStage(w)
	}
	if l.ShopID == "" && len(w.Shops) > 0 {
		l.ShopID = w.Shops[0].ID
	}
	if n.ContactID == "" {
		if err := setLine(&c.Name, "name", n.Name); err != nil {
			return nil, nil, err
		}
		if err := setLine(&c.Company, "company", n.Company); err != nil {
			return nil, nil, err
		}
		if n.Phone != "" {
			if c.Phones, err = Phones(w, []crm.Entry{{Key: n.Phone}}); err != nil {
				return nil, nil, err
			}
		}
		if n.Email != "" {
			if c.Emails, err = Emails([]crm.Entry{{Key: n.Email}}); err != nil {
				return nil, nil, err
			}
		}
		if err := crm.CheckReachable(c); err != nil {
			return nil, nil, err
		}
	}
	for _, f := range []struct {
		to   *string
		name string
		from string
	}{{&l.Vehicle, "vehicle", n.Vehicle}, {&l.Subject, "subject", n.Subject}} {
		if err := setLine(f.to, f.name, f.from); err != nil {
			return nil, nil, err
		}
	}
	if l.Plate, err = Plate(n.Plate); err != nil {
		return nil, nil, err
	}
	if !w.Takes(l.StageID) {
		return nil, nil, crm.NewError(crm.CodeNotFound, "stageId", "id", l.StageID)
	}
	if n.ReferredBy != "" {
		referralSource(w, l)
	}
	for _, field := range Missing(w, c, l) {
		if n.ContactID == "" || field != "email" { // a known contact is as it is
			return nil, nil, crm.NewError(crm.CodeRequired, field)
		}
	}
	if err := n.checkValues(w, c, l); err != nil {
		return nil, nil, err
	}
	if err := checkLead(w, l); err != nil {
		return nil, nil, err
	}
	return c, l, nil
}

// Missing answers the fields that a new lead lacks and the workspace asks for,
// in the order in which a form has them.
func Missing(w *store.Workspace, c *crm.Contact, l *crm.Lead) []string {
	var out []string
	for _, field := range crm.Requirable() {
		if !w.Requires(field) {
			continue
		}
		there := false
		switch field {
		case "email":
			there = len(c.Emails) > 0
		case "vehicle":
			if there = l.Vehicle != ""; aboutMatters(w, l.StageID) {
				field, there = "subject", l.Subject != ""
			}
		case "valueCents":
			there = l.ValueCents != 0
		case "sourceId":
			there = l.SourceID != ""
		case "ownerId":
			there = l.OwnerID != ""
		}
		if !there {
			out = append(out, field)
		}
	}
	return out
}

// aboutMatters says whether a stage is of a pipeline whose leads have a subject
// in place of a vehicle.
func aboutMatters(w *store.Workspace, stageID string) bool {
	i := slices.IndexFunc(w.Stages, func(st crm.Stage) bool { return st.ID == stageID })
	return i >= 0 && slices.ContainsFunc(w.Pipelines, func(p crm.Pipeline) bool {
		return p.ID == w.Stages[i].PipelineID && p.Kind == crm.PipelineSubject
	})
}

// checkValues fills in what was typed of custom fields, and asks for those that
// are required; of a known contact only the lead's.
func (n New) checkValues(w *store.Workspace, c *crm.Contact, l *crm.Lead) error {
	for _, v := range n.Values {
		target, values := crm.TargetLead, &l.Values
		if f := w.Field(v.FieldID); f != nil && f.Target == crm.TargetContact && n.ContactID == "" {
			target, values = crm.TargetContact, &c.Values
		}
		if err := fields.Apply(w, target, values, []crm.FieldValue{v}); err != nil {
			return err
		}
	}
	if n.ContactID == "" {
		if err := fields.CheckRequired(w, crm.TargetContact, c.Values); err != nil {
			return err
		}
	}
	return fields.CheckRequired(w, crm.TargetLead, l.Values)
}

// checkLead refuses a lead that names what the workspace doesn't have. Where it
// stands is for those to check who put it there.
func checkLead(w *store.Workspace, l *crm.Lead) error {
	for _, f := range []struct {
		field, id string
		known     bool
	}{
		{"ownerId", l.OwnerID, l.OwnerID == "" || slices.ContainsFunc(w.Users, func(u crm.User) bool { return u.ID == l.OwnerID })},
		{"sourceId", l.SourceID, l.SourceID == "" || slices.ContainsFunc(w.Sources, func(s crm.Source) bool { return s.ID == l.SourceID })},
		{"shopId", l.ShopID, l.ShopID == "" || slices.ContainsFunc(w.Shops, func(s crm.Shop) bool { return s.ID == l.ShopID })},
		{"timeframe", l.Timeframe, l.Timeframe == "" || crm.Temperature(l.Timeframe) != ""},
	} {
		if !f.known {
			return crm.NewError(crm.CodeNotFound, f.field, "id", f.id)
		}
	}
	for _, id := range l.Tags {
		if !slices.ContainsFunc(w.Tags, func(t crm.Tag) bool { return t.ID == id }) {
			return crm.NewError(crm.CodeNotFound, "tags", "id", id)
		}
	}
	return nil
}

// FirstStage answers where new leads enter: the first open stage of the first
// sales pipeline, or of any that is shown when the sales ones have none.
func FirstStage(w *store.Workspace) string {
	for _, any := range []bool{false, true} {
		for _, p := range w.Pipelines {
			if p.Retired || p.Kind != crm.PipelineSales && !any {
				continue
			}
			for _, st := range w.StagesOf(p.ID) {
				if st.Kind == crm.StageOpen {
					return st.ID
				}
			}
		}
	}
	return ""
}

func setLine(to *string, field, from string) error {
	line, err := crm.CheckLine(field, from)
	*to = line
	return err
}

// Phones reads phones as typed; a repeated one stands once. Errors:
// phone.invalid.
func Phones(w *store.Workspace, typed []crm.Entry) ([]crm.Entry, error) {
	var out []crm.Entry
	for _, e := range typed {
		if strings.TrimSpace(e.Key) == "" {
			continue
		}
		p, err := format.ParsePhone(e.Key, format.DefaultRegion)
		if err != nil {
			return nil, err
		}
		label := strings.TrimSpace(e.Label)
		if label == "" && p.Ext != "" {
			label = "ramal " + p.Ext
		}
		out = appendEntry(out, p.E164, label)
	}
	return out, nil
}

// Emails reads e-mails as typed; a repeated one stands once. Errors:
// email.invalid.
func Emails(typed []crm.Entry) ([]crm.Entry, error) {
	var out []crm.Entry
	for _, e := range typed {
		if strings.TrimSpace(e.Key) == "" {
			continue
		}
		address, err := format.ParseEmail(e.Key)
		if err != nil {
			return nil, err
		}
		out = appendEntry(out, address, strings.TrimSpace(e.Label))
	}
	return out, nil
}

func appendEntry(list []crm.Entry, key, label string) []crm.Entry {
	if slices.ContainsFunc(list, func(e crm.Entry) bool { return e.Key == key }) {
		return list
	}
	return append(list, crm.Entry{Key: key, Label: label, Pos: int64(len(list))})
}

// Plate reads a plate as typed, "" for none. Errors: plate.invalid.
func Plate(typed string) (string, error) {
	if strings.TrimSpace(typed) == "" {
		return "", nil
	}
	p, err := format.ParsePlate(typed)
	return p.Text, err
}

// place says where in a stage a card shall stand.
type place struct {
	after, before string // lead ids that will stand directly above and below
	top           bool
}

// rankAt answers a rank for a place: behind the card above, before the card
// below, on top, or at the end.
func rankAt(tx *store.Tx, stageID string, p place) (string, error) {
	ranks, err := ranksAt(tx, stageID, p, 1)
	if err != nil {
		return "", err
	}
	return ranks[0], nil
}

// ranksAt is rankAt for n cards, one below the other.
func ranksAt(tx *store.Tx, stageID string, p place, n int) ([]string, error) {
	var lo, hi string
	var err error
	switch {
	case p.after != "":
		if lo, err = rankIn(tx, stageID, p.after); err != nil {
			return nil, err
		}
		hi, err = tx.RankAfter(stageID, lo) // behind all that share a rank
	case p.before != "":
		if hi, err = rankIn(tx, stageID, p.before); err != nil {
			return nil, err
		}
		lo, err = tx.RankBefore(stageID, hi)
	case p.top:
		hi, err = tx.RankAfter(stageID, "")
	default:
		lo, err = tx.RankBefore(stageID, "")
	}
	if err != nil {
		return nil, err
	}
	return rank.Spread(lo, hi, n, rand.IntN)
}

// rankIn answers a neighbour's rank. One that left the stage meanwhile gives
// its place up: the edge.
func rankIn(tx *store.Tx, stageID, leadID string) (string, error) {
	l, err := store.Get[crm.Lead](tx, leadID)
	if crm.CodeOf(err) == crm.CodeNotFound || err == nil && l.StageID != stageID {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return l.Rank, nil
}
