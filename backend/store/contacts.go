package store

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
)

// contactRowSQL reads the rows that a list of ids names. A contact has few
// leads: they are added up where they are asked for.
const contactRowSQL = `SELECT j.key, c.id, c.type, c.name, c.company, c.company_id, c.phone, c.email, c.city, c.birthday,
	(SELECT count(*) FROM leads l WHERE l.person = c.id AND l.live > 0),
	(SELECT count(*) FROM leads l WHERE l.person = c.id AND l.live > 0 AND l.stage IN (SELECT value FROM json_each(?2))),
	(SELECT coalesce(sum(l.value_cents), 0) FROM leads l WHERE l.person = c.id AND l.live > 0 AND l.stage IN (SELECT value FROM json_each(?2))),
	(SELECT coalesce(max(l.last_contact), 0) FROM leads l WHERE l.person = c.id AND l.live > 0)
	FROM json_each(?1) j CROSS JOIN contacts c ON c.id = unhex(j.value) WHERE c.deleted = 0`

// ContactRows answers contacts by id, in the order of ids; those that are gone
// are left out.
func (s *Store) ContactRows(ctx context.Context, ids []string) ([]crm.ContactRow, error) {
	out := make([]crm.ContactRow, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	hex := make([]string, len(ids))
	for i, id := range ids {
		if err := CheckID("ids", id); err != nil {
			return nil, err
		}
		hex[i] = strings.ReplaceAll(id, "-", "")
	}
	list, err := json.Marshal(hex)
	if err != nil {
		return nil, err
	}
	sold, err := s.soldStages(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.query(ctx, contactRowSQL, string(list), sold)
	if err != nil {
		return nil, s.fail("read contacts", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at int
		var id, company []byte
		var r crm.ContactRow
		if err := rows.Scan(&at, &id, &r.Type, &r.Name, &r.Company, &company, &r.Phone, &r.Email, &r.City, &r.Birthday, &r.Leads, &r.Sold, &r.SoldCents, &r.LastContact); err != nil {
			return nil, s.fail("read contacts", err)
		}
		r.ID, r.CompanyID = text(id), text(company)
		out[at] = r
	}
	out = slices.DeleteFunc(out, func(r crm.ContactRow) bool { return r.ID == "" })
	return out, s.fail("read contacts", rows.Err())
}

// soldStages answers the refs of the stages of what was sold, as a list in JSON.
func (s *Store) soldStages(ctx context.Context) (string, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return "", err
	}
	refs := []int64{}
	for _, st := range w.Stages {
		if st.Kind == crm.StageWon {
			refs = append(refs, s.refsOf([]string{st.ID})...)
		}
	}
	list, err := json.Marshal(refs)
	return string(list), err
}

// nameOrderSQL walks the names of all leads, and stops once at each contact: at
// the first of its leads.
const nameOrderSQL = `SELECT l.rid, l.sort_name, l.person FROM leads l WHERE l.live > 0 AND (l.sort_name, l.rid) > (?, ?)
	AND NOT EXISTS (SELECT 1 FROM leads o WHERE o.person = l.person AND o.live > 0 AND o.rid < l.rid)
	ORDER BY l.sort_name, l.rid LIMIT ?`

// ContactsByName answers a page of the contacts that have leads, by name, and
// the key of the next page, "" when this is the last. Errors: invalid.
func (s *Store) ContactsByName(ctx context.Context, after string, limit int) ([]crm.ContactRow, string, error) {
	rid, name, _ := strings.Cut(after, " ")
	last, err := strconv.ParseInt(cmp.Or(rid, "0"), 10, 64)
	if err != nil {
		return nil, "", crm.NewError(crm.CodeInvalid, "after", "value", after)
	}
	limit = min(max(limit, 1), MaxPage)
	rows, err := s.query(ctx, nameOrderSQL, name, last, limit)
	if err != nil {
		return nil, "", s.fail("list contacts", err)
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&last, &name, &id); err != nil {
			return nil, "", s.fail("list contacts", err)
		}
		ids = append(ids, text(id))
	}
	if err := rows.Err(); err != nil {
		return nil, "", s.fail("list contacts", err)
	}
	next := ""
	if len(ids) == limit {
		next = strconv.FormatInt(last, 10) + " " + name
	}
	out, err := s.ContactRows(ctx, ids)
	return out, next, err
}

// Companies answers the companies whose names hold a text, by name.
func (s *Store) Companies(ctx context.Context, holding string, limit int) ([]crm.ContactRow, error) {
	folded := format.Fold(holding)
	rows, err := s.query(ctx, "SELECT id, name FROM contacts WHERE type = 'company' AND deleted = 0 AND merged_into IS NULL ORDER BY name COLLATE NOCASE, rid")
	if err != nil {
		return nil, s.fail("list companies", err)
	}
	defer rows.Close()
	limit = min(max(limit, 1), MaxPage)
	var ids []string
	for len(ids) < limit && rows.Next() {
		var id []byte
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, s.fail("list companies", err)
		}
		if strings.Contains(format.Fold(name), folded) {
			ids = append(ids, text(id))
		}
	}
	if err := rows.Err(); err != nil {
		return nil, s.fail("list companies", err)
	}
	return s.ContactRows(ctx, ids)
}

// FindContacts answers contacts as Find finds their leads, and the companies
// whose names hold the text.
func (s *Store) FindContacts(ctx context.Context, text string, limit int) ([]crm.ContactRow, error) {
	limit = min(max(limit, 1), MaxPage)
	hits, err := s.Find(ctx, text, MaxPage)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, h := range hits {
		if len(ids) < limit && !slices.Contains(ids, h.Card.ContactID) {
			ids = append(ids, h.Card.ContactID)
		}
	}
	companies, err := s.Companies(ctx, text, limit)
	if err != nil {
		return nil, err
	}
	for _, c := range companies {
		if len(ids) < limit && !slices.Contains(ids, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	return s.ContactRows(ctx, ids)
}

// maxPeople is how many people a company's page names.
const maxPeople = 200

// PeopleOf answers who works for a company, and who says so by its name alone,
// without being linked.
func (s *Store) PeopleOf(ctx context.Context, company *crm.Contact) (linked, named []crm.ContactRow, err error) {
	of, args, err := s.together(ctx, company.ID)
	if err != nil {
		return nil, nil, err
	}
	ids, err := s.ids(ctx, "SELECT id FROM contacts WHERE company_id"+of+" AND deleted = 0 AND merged_into IS NULL ORDER BY name COLLATE NOCASE, rid LIMIT ?", append(args, maxPeople)...)
	if err != nil {
		return nil, nil, err
	}
	if linked, err = s.ContactRows(ctx, ids); err != nil {
		return nil, nil, err
	}
	ids, err = s.ids(ctx, `SELECT id FROM contacts WHERE company = ? COLLATE NOCASE AND company <> '' AND company_id IS NULL AND deleted = 0 AND merged_into IS NULL AND id <> ?
		ORDER BY name COLLATE NOCASE, rid LIMIT ?`, company.Name, blob(company.ID), maxPeople)
	if err != nil {
		return nil, nil, err
	}
	named, err = s.ContactRows(ctx, ids)
	return linked, named, err
}

// ReferredBy answers the ids of the leads that a contact brought, the newest first.
func (s *Store) ReferredBy(ctx context.Context, contactID string) ([]string, error) {
	by, args, err := s.together(ctx, contactID)
	if err != nil {
		return nil, err
	}
	return s.ids(ctx, "SELECT id FROM leads WHERE referred_by"+by+" AND live > 0 ORDER BY created_at DESC, id DESC LIMIT ?", append(args, MaxPage)...)
}

// Referrers answers who brought the leads that came in a span of days, both
// included, YYYY-MM-DD, "" for open: who brought most first. Errors: invalid.
func (s *Store) Referrers(ctx context.Context, from, to string) ([]crm.Referrer, error) {
	m := &match{live: "l.live > 0"}
	if err := m.created(crm.Filter{CreatedFrom: from, CreatedTo: to}, s.Zone()); err != nil {
		return nil, err
	}
	sold, err := s.soldStages(ctx)
	if err != nil {
		return nil, err
	}
	where, args := m.where([]any{sold})
	rows, err := s.query(ctx, `SELECT l.referred_by, count(*), count(*) FILTER (WHERE l.stage IN (SELECT value FROM json_each(?1))),
		coalesce(sum(l.value_cents) FILTER (WHERE l.stage IN (SELECT value FROM json_each(?1))), 0)
		FROM leads l WHERE l.referred_by IS NOT NULL AND `+where+" GROUP BY l.referred_by ORDER BY 2 DESC, 3 DESC, 1 LIMIT "+strconv.Itoa(MaxPage), args...)
	if err != nil {
		return nil, s.fail("count referrals", err)
	}
	defer rows.Close()
	var ids []string
	counts := map[string]crm.Referrer{}
	for rows.Next() {
		var id []byte
		var r crm.Referrer
		if err := rows.Scan(&id, &r.Leads, &r.Sold, &r.SoldCents); err != nil {
			return nil, s.fail("count referrals", err)
		}
		ids = append(ids, text(id))
		counts[text(id)] = r
	}
	if err := rows.Err(); err != nil {
		return nil, s.fail("count referrals", err)
	}
	if ids, err = s.addUp(ctx, ids, counts); err != nil {
		return nil, err
	}
	contacts, err := s.ContactRows(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := []crm.Referrer{}
	for _, c := range contacts {
		r := counts[c.ID]
		r.Contact = c
		out = append(out, r)
	}
	return out, nil
}

// addUp gives what merged contacts brought to those as whom they are shown.
func (s *Store) addUp(ctx context.Context, ids []string, counts map[string]crm.Referrer) ([]string, error) {
	var out []string
	for _, id := range ids {
		c, err := s.PersonOf(ctx, id)
		if crm.CodeOf(err) == crm.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, c.ID) {
			out = append(out, c.ID)
		}
		if c.ID == id {
			continue
		}
		r, more := counts[c.ID], counts[id]
		r.Leads, r.Sold, r.SoldCents = r.Leads+more.Leads, r.Sold+more.Sold, r.SoldCents+more.SoldCents
		counts[c.ID] = r
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(counts[b].Leads, counts[a].Leads) })
	return out, nil
}

// Birthdays answers whose birthday is on a day (YYYY-MM-DD) or on those after
// it, by day. Who was born on 29 February has it on the 28th of other years.
// Errors: invalid.
func (s *Store) Birthdays(ctx context.Context, from string, days int) ([]crm.Birthday, error) {
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return nil, crm.NewError(crm.CodeInvalid, "from", "value", from)
	}
	on := map[string]string{} // "MM-DD" to the day
	for i := range min(max(days, 1), 366) {
		day := first.AddDate(0, 0, i).Format(time.DateOnly)
		on[day[5:]] = day
		if day[5:] == "02-28" && first.AddDate(0, 0, i+1).Month() == time.March {
			on["02-29"] = day
		}
	}
	list, err := json.Marshal(slices.Sorted(maps.Keys(on)))
	if err != nil {
		return nil, err
	}
	ids, err := s.ids(ctx, `SELECT id FROM contacts WHERE substr(birthday, 6) IN (SELECT value FROM json_each(?)) AND birthday <> '' AND length(birthday) = 10 AND deleted = 0 AND merged_into IS NULL
		AND EXISTS (SELECT 1 FROM leads l WHERE l.person = contacts.id AND l.live > 0) LIMIT ?`, string(list), MaxPage)
	if err != nil {
		return nil, err
	}
	contacts, err := s.ContactRows(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := []crm.Birthday{}
	for _, c := range contacts {
		day := on[c.Birthday[5:]]
		b := crm.Birthday{Contact: c, Day: day}
		if year, err := strconv.Atoi(c.Birthday[:4]); err == nil && year >= 1900 {
			now, _ := strconv.Atoi(day[:4])
			b.Age = max(now-year, 0)
		}
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b crm.Birthday) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(format.Fold(a.Contact.Name), format.Fold(b.Contact.Name)), cmp.Compare(a.Contact.ID, b.Contact.ID))
	})
	return out, nil
}

// HasLeads says whether a contact has leads, be they in the archive.
func (tx *Tx) HasLeads(contactID string) (has bool, err error) {
	err = tx.s.row(tx.ctx, "SELECT EXISTS (SELECT 1 FROM leads WHERE person = ? AND live > 0)", blob(contactID)).Scan(&has)
	return has, err
}

// PlannedWith answers what is planned with a contact's leads, by due.
func (s *Store) PlannedWith(ctx context.Context, contactID string) ([]crm.Activity, error) {
	out := []crm.Activity{}
	err := s.each(ctx, s.tables[crm.KindActivity], ofContact+" AND done_at=0 AND deleted=0 ORDER BY due,id", func(a any) {
		out = append(out, *a.(*crm.Activity))
	}, blob(contactID))
	return out, s.fail("read planned activities", err)
}

// HappenedWith answers what was done with a contact's leads, the newest first:
// at most limit of what was before a moment (ms UTC, 0 for now).
func (s *Store) HappenedWith(ctx context.Context, contactID string, before int64, limit int) ([]crm.Activity, error) {
	if before <= 0 {
		before = 1 << 62
	}
	out := []crm.Activity{}
	err := s.each(ctx, s.tables[crm.KindActivity], ofContact+" AND done_at>0 AND done_at<? AND deleted=0 ORDER BY done_at DESC,id DESC LIMIT ?", func(a any) {
		out = append(out, *a.(*crm.Activity))
	}, blob(contactID), before, min(max(limit, 1), MaxPage))
	return out, s.fail("read activities", err)
}

const ofContact = "lead_id IN (SELECT id FROM leads WHERE person=? AND live>0)"
