package store

import (
	"context"
	"database/sql"
	"slices"

	"patio/backend/crm"
)

// cardColumns are what a card shows, of lead l, contact c and next activity a.
const cardColumns = `l.id,l.person,l.stage,c.name,c.company,c.phone,c.email,c.city,l.vehicle,l.plate,l.subject,
	l.value_cents,l.owner,l.source,l.shop,l.reason,l.timeframe,l.qualification,l.tag_refs,l.fresh,l.created_at,l.stage_since,
	l.last_contact,l.archived_at,l.next_id,l.next_due,a.kind,a.title,a.due_at,a.due_day`

// cardSQL reads the rows that a list of rowids names, each with its place in
// the list: to have SQLite order them would copy every one.
const cardSQL = "SELECT j.key," + cardColumns + ` FROM json_each(?) j CROSS JOIN leads l ON l.rid = j.value
	CROSS JOIN contacts c ON c.id = l.person LEFT JOIN activities a ON a.id = l.next_id`

// cards reads the cards of rowids, in their order, with what they hold of
// custom fields; those of deleted leads are left out.
func (s *Store) cards(ctx context.Context, rids []int64, fields []crm.Field) ([]crm.Card, error) {
	out := make([]crm.Card, len(rids))
	if len(rids) == 0 {
		return out, nil
	}
	rows, err := s.query(ctx, cardSQL, ridList(rids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	scan := s.cardScanner()
	for rows.Next() {
		at, card, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out[at] = card
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := s.cardValues(ctx, rids, out, fields); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(c crm.Card) bool { return c.ID == "" }), nil
}

// cardScanner answers a function that reads one row of cardSQL: a card and its
// place.
func (s *Store) cardScanner() func(*sql.Rows) (int, crm.Card, error) {
	var (
		place                              int
		c                                  crm.Card
		id, contact, next                  []byte
		stage, owner, source, shop, reason int64
		tags                               string
		kind, title, day                   sql.NullString
		at                                 sql.NullInt64
	)
	dest := []any{&place, &id, &contact, &stage, &c.Name, &c.Company, &c.Phone, &c.Email, &c.City, &c.Vehicle, &c.Plate, &c.Subject,
		&c.ValueCents, &owner, &source, &shop, &reason, &c.Timeframe, &c.Qualification, &tags, &c.Fresh, &c.CreatedAt, &c.StageSince,
		&c.LastContact, &c.ArchivedAt, &next, &c.NextDue, &kind, &title, &at, &day}
	return func(rows *sql.Rows) (int, crm.Card, error) {
		if err := rows.Scan(dest...); err != nil {
			return 0, crm.Card{}, err
		}
		c.ID, c.ContactID, c.NextID = text(id), text(contact), text(next)
		s.refs.mu.RLock()
		c.StageID, c.OwnerID, c.SourceID = s.refs.ids[stage], s.refs.ids[owner], s.refs.ids[source]
		c.ShopID, c.ReasonID = s.refs.ids[shop], s.refs.ids[reason]
		c.Tags = tagIDs(s.refs.ids, tags)
		s.refs.mu.RUnlock()
		c.NextKind, c.NextTitle, c.NextAt, c.NextDay = kind.String, title.String, at.Int64, day.String
		return place, c, nil
	}
}

// tagIDs reads what tagRefs wrote.
func tagIDs(ids map[int64]string, refs string) []string {
	out := []string{}
	ref := int64(0)
	for i := range len(refs) {
		if c := refs[i]; c != ' ' {
			ref = ref*10 + int64(c-'0')
		} else if ref != 0 {
			out = append(out, ids[ref])
			ref = 0
		}
	}
	return out
}

// Cards answers the cards of leads by id, in the order of ids; those that were
// deleted are left out, archived ones are not.
func (s *Store) Cards(ctx context.Context, ids []string) ([]crm.Card, error) {
	rids := make([]int64, 0, len(ids))
	for _, id := range ids {
		if err := CheckID("id", id); err != nil {
			return nil, err
		}
		found, err := s.ints(ctx, "SELECT rid FROM leads WHERE id = ? AND live > 0", blob(id))
		if err != nil {
			return nil, s.fail("find leads", err)
		}
		rids = append(rids, found...)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	cards, err := s.cards(ctx, rids, crm.ShownFields(w.Fields))
	return cards, s.fail("read cards", err)
}
