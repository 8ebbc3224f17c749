package replica

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/backend/store"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
)

// Purges erases from a hub the discarded leads that have rested in the archive
// for as long as the workspace's setting says. The hub tells all devices, also
// those that are away: what they still write of them is refused.
type Purges struct {
	last map[record.ID]time.Time // by workspace: when it was looked for last
}

// NewPurges answers one that looks at once.
func NewPurges() *Purges { return &Purges{last: map[record.ID]time.Time{}} }

const (
	purgeEvery = 7 * 24 * time.Hour // devices drop their snapshots from before: see the store's own
	purgeBatch = 200                // records erased together
)

// resting is a lead that may be due.
type resting struct {
	id, contact record.ID
	stage       string
	archived    int64
}

// Run erases what is due, and answers how many leads that were. It looks no
// more often than once in days. One at a time may run.
func (p *Purges) Run(ctx context.Context, s hub.Store, h *hub.Hub, workspace record.ID, now time.Time) (int, error) {
	if last, ok := p.last[workspace]; ok && now.Sub(last).Abs() < purgeEvery {
		return 0, nil
	}
	due, err := dueIn(ctx, s, workspace, now)
	if err != nil {
		return 0, err
	}
	n := 0
	for chunk := range slices.Chunk(due.ids(), purgeBatch) {
		if err := h.Erase(ctx, workspace, chunk); err != nil {
			return n, fmt.Errorf("erase what was due: %w", err)
		}
	}
	n = len(due.leads)
	if n > 0 {
		p.last[workspace] = now
	}
	return n, nil
}

// dueLeads are leads to erase, and the contacts of people who have no other.
type dueLeads struct {
	leads    []resting
	contacts []record.ID
}

func (d dueLeads) ids() []record.ID {
	out := slices.Clone(d.contacts)
	for _, l := range d.leads {
		out = append(out, l.id)
	}
	return out
}

// dueIn goes once through a workspace's records.
func dueIn(ctx context.Context, s hub.Store, workspace record.ID, now time.Time) (due dueLeads, err error) {
	kinds, leads := map[string]string{}, map[record.ID]resting{}
	days := ""
	contacts := map[record.ID]record.ID{}  // of every lead, deleted ones too
	companies := map[record.ID]record.ID{} // of people
	into := map[record.ID]record.ID{}      // of contacts that were merged: the smaller that each names
	err = eachRecord(ctx, s, workspace, func(id record.ID, kind crm.Kind, state *record.State) {
		switch kind {
		case crm.KindStage:
			kinds[uuid.UUID(id).String()] = textIn(state, keys.stageKind)
		case crm.KindSetting:
			if textIn(state, keys.settingKey) == store.SettingRetention && !state.Dead() {
				days = textIn(state, keys.settingValue)
			}
		case crm.KindContact:
			delete(companies, id)
			delete(into, id)
			if other, ok := idIn(state, keys.contactInto); ok && slices.Compare(other[:], id[:]) < 0 {
				into[id] = other
			}
			if company, ok := idIn(state, keys.contactCompany); ok {
				companies[id] = company
			}
		case crm.KindLead:
			delete(leads, id) // one that changes while all are read is told twice
			contact, _ := idIn(state, keys.leadContact)
			contacts[id] = contact
			if l, ok := restingOf(id, state); ok {
				l.contact = contact
				leads[id] = l
			}
		}
	})
	if err != nil {
		return due, err
	}
	rest := store.Days(store.SettingRetention, days)
	if rest == 0 {
		return due, nil
	}
	before := now.AddDate(0, 0, -rest).UnixMilli()
	// One person's data stand in all the contacts that were merged: they go together.
	person := func(contact record.ID) record.ID {
		for {
			other, merged := into[contact]
			if !merged {
				return contact
			}
			contact = other
		}
	}
	stays, goes := map[record.ID]bool{}, map[record.ID]bool{}
	for id, contact := range contacts {
		l, ok := leads[id]
		if !ok || kinds[l.stage] != crm.StageDiscarded || l.archived >= before {
			stays[person(contact)] = true
			continue
		}
		due.leads = append(due.leads, l)
		goes[person(contact)] = true
	}
	leave := func(contact record.ID) bool { return goes[person(contact)] && !stays[person(contact)] }
	// A company stays for its people, and goes with the last of them.
	for contact, company := range companies {
		if leave(contact) {
			goes[person(company)] = true
		} else {
			stays[person(company)] = true
		}
	}
	for contact := range goes {
		if contact != (record.ID{}) && leave(contact) {
			due.contacts = append(due.contacts, contact)
		}
	}
	for contact := range into {
		if leave(contact) {
			due.contacts = append(due.contacts, contact)
		}
	}
	return due, nil
}

// restingOf reads a lead that lies in the archive. One of which people disagree
// where it stands, or whether it lies there, waits for them.
func restingOf(id record.ID, s *record.State) (resting, bool) {
	texts, ok := store.Unpacked(textIn(s, keys.leadPlace), leadPlaceTexts)
	if !ok || s.Dead() || disputed(s, keys.leadPlace) || disputed(s, keys.leadArchived) {
		return resting{}, false
	}
	at, err := strconv.ParseInt(textIn(s, keys.leadArchived), 10, 64)
	if err != nil || at == 0 {
		return resting{}, false
	}
	return resting{id: id, stage: texts[0], archived: at}, true
}

// disputed says whether a field shows one value of several.
func disputed(s *record.State, k record.Key) bool {
	shown := textIn(s, k)
	return slices.ContainsFunc(s.Fields, func(f record.Field) bool { return f.Key == k && f.Value != shown })
}

// eachRecord calls f with every record of a workspace as it is.
func eachRecord(ctx context.Context, s hub.Store, workspace record.ID, f func(record.ID, crm.Kind, *record.State)) error {
	after := uint64(0)
	for {
		var page []hub.Change
		if err := s.Read(ctx, workspace, func(v hub.View) (err error) {
			page, err = v.Changed(hub.Everything, after, protocol.MaxRecords)
			return err
		}); err != nil {
			return err
		}
		for i := range page {
			row := &page[i].Row
			after = page[i].At
			switch kind := crm.Kind(row.Kind); kind {
			case crm.KindStage, crm.KindSetting, crm.KindContact, crm.KindLead:
				state, err := record.Decode(row.State)
				if err != nil {
					return fmt.Errorf("record %x: %w", row.ID, err)
				}
				f(row.ID, kind, state)
			}
		}
		if len(page) < protocol.MaxRecords {
			return nil
		}
	}
}
