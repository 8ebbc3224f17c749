package store

import (
	"context"
	"slices"
	"strconv"
	"time"

	"patio/backend/crm"
)

// Purging takes leads off the disk for good, with all that was ever written of
// them. It is no deletion: nothing brings them back.

// CodePurgeAtDesk says that several PCs have the leads: only the hub erases
// what is to be gone from all of them.
const CodePurgeAtDesk crm.Code = "purge.at_desk"

const (
	labelPurge = "lead.purge"
	purgeChunk = 200 // leads of one transaction
	// Snapshots from before a purge go, so the clock purges no more often than
	// this: a person who notices a mistake within days finds copies.
	purgeRest   = 7 * 24 * time.Hour
	devicePurge = "purged" // ms UTC of the clock's last purge
)

// Purge removes the selected leads that lie in the archive, with what was
// planned, done and noted with them, and their contacts where no other lead has
// them; then their old values, and the snapshots from before. It answers count,
// and pending when traces are left that go later, such as copies on a disk that
// isn't there. Errors: purge.at_desk.
func (s *Store) Purge(ctx context.Context, sel crm.Selection) (crm.Done, error) {
	ids, err := s.SelectIDs(ctx, sel)
	if err != nil {
		return crm.Done{}, err
	}
	n, done := 0, crm.Done{Label: labelPurge, Params: map[string]string{"count": "0"}}
	for chunk := range slices.Chunk(ids, purgeChunk) {
		done, err = s.Transact(ctx, Op{Label: labelPurge, NoUndo: true, Quiet: true, purge: true}, func(tx *Tx) error {
			if tx.s.joins.joined {
				return crm.NewError(CodePurgeAtDesk, "")
			}
			for _, id := range chunk {
				gone, err := tx.purge(id)
				if err != nil {
					return err
				}
				if gone {
					n++
				}
			}
			return tx.notePurged()
		})
		if err != nil {
			return crm.Done{}, err
		}
	}
	done.IDs, done.Params = nil, map[string]string{"count": strconv.Itoa(n)}
	if n == 0 {
		return done, nil
	}
	s.log.Info().Int("leads", n).Msg("leads were purged")
	if err := s.ClearPurged(ctx); err != nil {
		s.log.Warn().Err(err).Msg("traces of what was purged are left: tried again tomorrow")
		done.Params["pending"] = "1"
	}
	return done, nil
}

// purge marks a lead and what hangs on it as gone; false for one that is not in
// the archive.
func (tx *Tx) purge(id string) (bool, error) {
	leads := tx.s.tables[crm.KindLead]
	im, err := tx.load(leads, id)
	if err != nil || im == nil {
		return false, err
	}
	lead := im.before.Addr().Interface().(*crm.Lead)
	if lead.ArchivedAt == 0 || im.gone {
		return false, nil
	}
	for _, kind := range []crm.Kind{crm.KindActivity, crm.KindMark, crm.KindEvent, crm.KindAttachment} {
		hang, err := tx.loadAll(tx.s.tables[kind], "lead_id=?", blob(id))
		if err != nil {
			return false, err
		}
		for _, h := range hang {
			h.gone, h.put = true, true
		}
	}
	im.gone, im.put = true, true
	return true, tx.purgePerson(lead.PersonID)
}

// purgePerson marks a contact as gone that has no lead and nobody works for, with
// all that were merged into it and what was said of them: one person's data
// stand in several of them. So goes the company whose last person it was.
func (tx *Tx) purgePerson(id string) error {
	leads, err := tx.loadAll(tx.s.tables[crm.KindLead], "person=?", blob(id))
	if err != nil || slices.ContainsFunc(leads, func(l *image) bool { return !l.gone }) {
		return err
	}
	contacts, pairs := tx.s.tables[crm.KindContact], tx.s.tables[crm.KindPair]
	first, err := tx.load(contacts, id)
	if err != nil || first == nil || first.gone {
		return err
	}
	person := []*image{first}
	for i := 0; i < len(person); i++ {
		merged, err := tx.loadAll(contacts, "merged_into=? AND merged_into<id", blob(person[i].id))
		if err != nil {
			return err
		}
		person = append(person, merged...)
		people, err := tx.loadAll(contacts, "company_id=?", blob(person[i].id))
		if err != nil || slices.ContainsFunc(people, func(o *image) bool { return !o.gone }) {
			return err
		}
	}
	for _, c := range person {
		c.gone, c.put = true, true
		said, err := tx.loadAll(pairs, "contact_id=?1 OR into_id=?1", blob(c.id))
		if err != nil {
			return err
		}
		for _, p := range said {
			p.gone, p.put = true, true
		}
	}
	for _, c := range person {
		company, err := tx.load(contacts, c.before.Addr().Interface().(*crm.Contact).CompanyID)
		if err != nil {
			return err
		}
		if company == nil {
			continue
		}
		as, err := tx.shownBefore(company)
		if err == nil {
			err = tx.purgePerson(as)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// notePurged keeps the ids: nobody may make them again, and what is left of them
// is to be cleared.
func (tx *Tx) notePurged() error {
	for _, im := range tx.order {
		if !im.gone {
			continue
		}
		for _, query := range []string{"INSERT INTO sync_evicted(id) VALUES (?) ON CONFLICT DO NOTHING", "INSERT INTO purges(id) VALUES (?) ON CONFLICT DO NOTHING"} {
			if _, err := tx.s.exec(tx.ctx, query, blob(im.id)); err != nil {
				return err
			}
		}
		if err := tx.purgeFile(im); err != nil {
			return err
		}
		tx.s.joins.evicted = true // asks more often than it need, should this fail
	}
	return nil
}

// purgeDue purges what rested in the archive for the days of the setting, and
// clears what an earlier purge left. A hub's desk does the first for its PCs.
func (s *Store) purgeDue(ctx context.Context) error {
	if s.Damage() != nil {
		return nil // copies of a damaged database must not push good ones out
	}
	ids, err := s.expiredLeads(ctx)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return s.ClearPurged(ctx)
	}
	if err := s.SetDevice(ctx, devicePurge, strconv.FormatInt(s.now().UnixMilli(), 10)); err != nil {
		return err
	}
	_, err = s.Purge(ctx, crm.Selection{IDs: ids})
	return err
}

// expiredLeads answers the leads that are due, none while the last purge is young.
func (s *Store) expiredLeads(ctx context.Context) ([]string, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	last, err := s.Device(ctx, devicePurge)
	if err != nil {
		return nil, err
	}
	at, _ := strconv.ParseInt(last, 10, 64) // 0: never
	now := s.now()
	if w.Days(SettingRetention) == 0 || s.isJoined() || at != 0 && now.Sub(time.UnixMilli(at)).Abs() < purgeRest {
		return nil, nil
	}
	var stages []string
	for _, st := range w.Stages {
		if st.Kind == crm.StageDiscarded {
			stages = append(stages, st.ID)
		}
	}
	args := append([]any{now.AddDate(0, 0, -w.Days(SettingRetention)).UnixMilli()}, anys(s.refsOf(stages))...)
	return s.ids(ctx, "SELECT l.id FROM leads l WHERE "+archived+" AND l.archived_at < ? AND +l.stage"+oneOf(len(stages)), args...)
}

func (s *Store) isJoined() bool {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.joins.joined
}

// mentions says whether an operation wrote one of the records.
func (l *changeLog) mentions(purged map[string]bool) bool {
	if slices.ContainsFunc(l.Edits, func(e recordEdit) bool { return purged[e.ID] }) {
		return true
	}
	for _, m := range l.Made {
		found := false
		_ = m.each(func(id string) error { found = found || purged[id]; return nil })
		if found {
			return true
		}
	}
	return false
}

// unnamed are the parameters of an operation's sentence that tell nothing of a person.
func unnamed(params map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range params {
		switch key {
		case "count", "label", "stage", "kind", "skipped":
			out[key] = value
		case "name":
			out[key] = "—"
		}
	}
	return out
}
