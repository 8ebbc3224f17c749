package store

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
)

// Derived values are computed here and nowhere else, in the operation that
// changes what they come from.

// derive fills the derived fields of a record that is about to be written and
// answers the values of its extra columns.
func (tx *Tx) derive(im *image) ([]any, error) {
	switch e := im.after.Addr().Interface().(type) {
	case *crm.Contact:
		return []any{firstKey(e.Phones), firstKey(e.Emails)}, nil
	case *crm.Activity:
		e.Due = tx.due(e)
		return tx.agendaColumns(im, e)
	case *crm.Lead:
		if err := tx.deriveLead(im, e); err != nil {
			return nil, err
		}
		refs, err := tx.tagRefs(e.Tags)
		return []any{liveness(e, im.dies), refs}, err
	}
	return nil, nil
}

func firstKey(entries []crm.Entry) string {
	if len(entries) == 0 {
		return ""
	}
	return entries[0].Key
}

// liveness of a lead: 1 on the boards, 2 in the archive, 0 deleted.
func liveness(l *crm.Lead, dead bool) int {
	switch {
	case dead:
		return 0
	case l.ArchivedAt > 0:
		return 2
	}
	return 1
}

func (tx *Tx) tagRefs(ids []string) (string, error) {
	if len(ids) == 0 {
		return "", nil
	}
	refs := make([]int64, len(ids))
	for i, id := range ids {
		ref, err := tx.s.ref(tx.ctx, id)
		if err != nil {
			return "", err
		}
		refs[i] = ref
	}
	slices.Sort(refs) // as they are read back
	var b strings.Builder
	b.WriteByte(' ')
	for _, ref := range refs {
		b.WriteString(strconv.FormatInt(ref, 10))
		b.WriteByte(' ')
	}
	return b.String(), nil
}

// due answers when a planned activity becomes overdue: its hour, or the end of
// its day in the workspace's zone; 0 when it is done or has no date.
func (tx *Tx) due(a *crm.Activity) int64 {
	if a.DoneAt != 0 {
		return 0
	}
	if a.DueAt != 0 {
		return a.DueAt
	}
	day, err := time.ParseInLocation(time.DateOnly, a.DueDay, tx.zone())
	if err != nil {
		return 0
	}
	return day.AddDate(0, 0, 1).UnixMilli() - 1
}

func (tx *Tx) deriveLead(im *image, l *crm.Lead) error {
	fresh := im.rid == 0
	if fresh || im.marked["stage"] || im.before.FieldByName("StageID").String() != l.StageID {
		stage, err := tx.stage(l.StageID)
		if err != nil {
			return err
		}
		l.PipelineID = stage.PipelineID
	}
	if fresh || im.marked["contact"] || im.before.FieldByName("ContactID").String() != l.ContactID {
		c, err := tx.person(l.ContactID)
		if err != nil {
			return err
		}
		if l.PersonID = c.ID; c.ID == "" {
			l.PersonID = l.ContactID // comes later, or is out of sight
		}
		l.SortName = format.Fold(c.Name)
	}
	if fresh || im.marked["activity"] {
		return tx.deriveActivity(im, l)
	}
	return nil
}

// deriveActivity reads freshness, next activity and last contact off the
// lead's mark and activities.
func (tx *Tx) deriveActivity(im *image, l *crm.Lead) error {
	var seen, lastInbound int64
	l.NextDue, l.NextID, l.LastContact = 0, "", 0
	add := func(a *crm.Activity) {
		if a.LeadID != im.id {
			return
		}
		if a.Due > 0 && (l.NextDue == 0 || a.Due < l.NextDue || a.Due == l.NextDue && a.ID < l.NextID) {
			l.NextDue, l.NextID = a.Due, a.ID
		}
		if a.DoneAt > 0 && crm.IsContact(a.Kind) {
			l.LastContact = max(l.LastContact, a.DoneAt)
			if a.Inbound {
				lastInbound = max(lastInbound, a.DoneAt)
			}
		}
	}
	if im.rid != 0 || tx.sync != nil && tx.sync.early[im.id] {
		marks, err := tx.loadAll(tx.s.tables[crm.KindMark], "lead_id=?", blob(im.id))
		if err != nil {
			return err
		}
		for _, m := range marks {
			if m.gone {
				continue
			}
			seen = m.after.Addr().Interface().(*crm.Mark).SeenAt
		}
		rows, err := tx.loadAll(tx.s.tables[crm.KindActivity], "lead_id=?", blob(im.id))
		if err != nil {
			return err
		}
		for _, a := range rows {
			if !a.dies && !a.gone {
				add(a.after.Addr().Interface().(*crm.Activity))
			}
		}
	} else {
		for _, o := range tx.byLead[im.id] {
			if o.gone {
				continue
			}
			switch e := o.after.Addr().Interface().(type) {
			case *crm.Mark:
				if e.LeadID == im.id {
					seen = e.SeenAt
				}
			case *crm.Activity:
				if !o.dies {
					add(e)
				}
			}
		}
	}
	switch {
	case lastInbound > max(seen, 0):
		l.Fresh = crm.FreshReply
	case seen < 0, seen == 0 && l.CreatedVia == crm.ViaManual:
		l.Fresh = crm.FreshNew
	default:
		l.Fresh = crm.FreshNone
	}
	return nil
}

// stage answers the stage of a lead, a deleted one too: it is shown as long as
// leads stand there. One that isn't here (see tolerant) is empty.
func (tx *Tx) stage(id string) (*crm.Stage, error) {
	im, err := tx.load(tx.s.tables[crm.KindStage], id)
	if err != nil {
		return nil, err
	}
	if im == nil || im.gone {
		if tx.tolerant() {
			return &crm.Stage{}, nil
		}
		return nil, crm.NewError(crm.CodeNotFound, "stageId", "id", id)
	}
	return im.after.Addr().Interface().(*crm.Stage), nil
}

// contact answers the contact of a lead, a deleted one too: an undo may take
// both away. One that isn't here (see tolerant) is empty.
func (tx *Tx) contact(id string) (*crm.Contact, error) {
	im, err := tx.load(tx.s.tables[crm.KindContact], id)
	if err != nil {
		return nil, err
	}
	if im == nil || im.gone {
		if tx.tolerant() {
			return &crm.Contact{}, nil
		}
		return nil, crm.NewError(crm.CodeNotFound, "contactId", "id", id)
	}
	return im.after.Addr().Interface().(*crm.Contact), nil
}

// after keeps counters and the search text in step with a written record.
func (tx *Tx) after(im *image) error {
	switch im.t.kind {
	case crm.KindAttachment:
		tx.leads[im.after.FieldByName("LeadID").String()] = true
		return nil
	case crm.KindActivity:
		return tx.queueNote(im)
	case crm.KindLead:
	default:
		return nil
	}
	tx.leads[im.id] = true
	if tx.op.Import != "" && !im.before.IsValid() {
		if _, err := tx.s.exec(tx.ctx, "INSERT INTO import_leads(import,lead) VALUES (?,?)", blob(tx.op.Import), im.rid); err != nil {
			return err
		}
	}
	if err := tx.moveAgenda(im); err != nil {
		return err
	}
	after := im.after.Addr().Interface().(*crm.Lead)
	var before *crm.Lead
	if im.before.IsValid() {
		before = im.before.Addr().Interface().(*crm.Lead)
		if liveness(before, im.dead) == 1 {
			if err := tx.countLead(before, -1); err != nil {
				return err
			}
		}
	}
	if liveness(after, im.dies) == 1 {
		if err := tx.countLead(after, 1); err != nil {
			return err
		}
	}
	return tx.indexText(im, before, after)
}

// eraseLead takes a lead out of what is counted and searched.
func (tx *Tx) eraseLead(im *image, lead *crm.Lead) error {
	tx.leads[im.id] = true
	if err := tx.showAgenda(im.id, false, 0); err != nil {
		return err
	}
	if liveness(lead, im.dead) == 1 {
		if err := tx.countLead(lead, -1); err != nil {
			return err
		}
	}
	return tx.eraseFrom(im.rid, "DELETE FROM search_queue WHERE lead=?", "DELETE FROM search WHERE rowid=?")
}

// eraseFrom runs deletions of what stands under a rowid.
func (tx *Tx) eraseFrom(rid int64, queries ...string) error {
	for _, query := range queries {
		if _, err := tx.s.exec(tx.ctx, query, rid); err != nil {
			return err
		}
	}
	return nil
}

// textChange is what a lead is found by from now on.
type textChange struct {
	rid  int64
	text string // "" for one that is gone
}

// indexText notes what becomes of a lead's search text. A bulk operation
// leaves the texts of new leads to the indexer.
func (tx *Tx) indexText(im *image, before, after *crm.Lead) error {
	switch {
	case im.dies:
		if !im.dead && before != nil {
			tx.texts = append(tx.texts, textChange{rid: im.rid})
		}
		return nil
	case before == nil && tx.op.Bulk:
		return tx.addRow("search_queue(lead)", im.rid)
	}
	same := before != nil && !im.dead && !im.marked["contact"] && before.ContactID == after.ContactID &&
		before.Vehicle == after.Vehicle && before.Plate == after.Plate && before.Subject == after.Subject
	if same {
		return nil
	}
	text, err := tx.searchText(after)
	if err != nil {
		return err
	}
	tx.texts = append(tx.texts, textChange{im.rid, text})
	return nil
}

// searchText is what a lead is found by as the transaction leaves it.
func (tx *Tx) searchText(l *crm.Lead) (string, error) {
	own, err := tx.contact(l.ContactID)
	if err != nil {
		return "", err
	}
	person, err := tx.person(l.ContactID)
	if err != nil {
		return "", err
	}
	return searchText(person, own, l), nil
}

// writeTexts queues the texts that changed, where the search finds them at once.
func (tx *Tx) writeTexts() error {
	for _, c := range tx.texts {
		if _, err := tx.s.exec(tx.ctx, "INSERT OR REPLACE INTO search_queue(lead,text) VALUES (?,?)", c.rid, c.text); err != nil {
			return err
		}
	}
	return nil
}

// writeEvents adds to each lead's history what this operation changed of it.
func (tx *Tx) writeEvents() error {
	if tx.op.Quiet {
		return nil
	}
	changes := map[string][]crm.FieldChange{}
	note := func(lead string, list []crm.FieldChange) {
		if len(list) > 0 {
			changes[lead] = append(changes[lead], list...)
		}
	}
	for _, e := range tx.log.Edits {
		kind := crm.Kind(e.Kind)
		im := tx.images[imageKey{kind, e.ID}]
		switch kind {
		case crm.KindLead:
			list := im.t.fieldChanges(e, "")
			if e.Died > 0 || e.Revived > 0 {
				list = append(list, crm.FieldChange{Field: "deleted", Old: flag(im.dead), New: flag(im.dies)})
			}
			note(e.ID, list)
		case crm.KindContact:
			list, err := tx.contactChanges(im, e)
			if err != nil {
				return err
			}
			for _, o := range tx.order {
				if o.t.kind == crm.KindLead && o.concerns(im) {
					note(o.id, list)
				}
			}
		case crm.KindActivity:
			a := im.after.Addr().Interface().(*crm.Activity)
			list := im.t.fieldChanges(e, "activity.")
			if e.Died > 0 || e.Revived > 0 {
				list = append(list, crm.FieldChange{Field: "activity.deleted", Old: flag(im.dead), New: flag(im.dies)})
			}
			for i := range list {
				if list[i].Field == "activity.deleted" {
					list[i].Old = a.Title
				}
			}
			note(a.LeadID, list)
		case crm.KindAttachment:
			if e.Died > 0 || e.Revived > 0 {
				a := im.after.Addr().Interface().(*crm.Attachment)
				note(a.LeadID, []crm.FieldChange{{Field: "attachment.deleted", Old: a.Name, New: flag(im.dies)}})
			}
		}
	}
	t := tx.s.tables[crm.KindEvent]
	var events []*image
	for _, lead := range slices.Sorted(keys(changes)) {
		body, err := json.Marshal(changes[lead])
		if err != nil {
			return err
		}
		e := crm.Event{LeadID: lead, Op: tx.op.Label, UserID: tx.User, At: tx.Now, Changes: string(body)}
		if err := Put(tx, &e); err != nil {
			return err
		}
		events = append(events, tx.images[imageKey{t.kind, e.ID}])
	}
	return tx.write(events)
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
