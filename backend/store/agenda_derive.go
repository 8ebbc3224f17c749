package store

import (
	"time"

	"patio/backend/crm"
)

// The agenda counts thousands of activities at once, so what it asks of their
// leads stands with them: whether the lead is on the boards, and its shop.

// agendaKey is where an activity stands on the agenda: ms UTC of its hour; for
// one without an hour, minus its day's number since 1970, so that neither range
// meets the other; 0 for none.
func agendaKey(a *crm.Activity) int64 {
	if a.DueAt > 0 {
		return a.DueAt
	}
	day, err := time.Parse(time.DateOnly, a.DueDay)
	if err != nil {
		return 0
	}
	return min(-dayNumber(day), 0)
}

// dayNumber counts days since 1970.
func dayNumber(day time.Time) int64 { return day.Unix() / int64(24*time.Hour/time.Second) }

// agendaKeySQL is agendaKey of a row.
const agendaKeySQL = `(CASE WHEN due_at > 0 THEN due_at WHEN date(due_day) = due_day AND due_day > '1970-01-01' THEN -CAST(julianday(due_day) - 2440587.5 AS INTEGER) ELSE 0 END)`

// agendaColumns answers an activity's derived columns agenda and shop.
func (tx *Tx) agendaColumns(im *image, a *crm.Activity) ([]any, error) {
	none := []any{0, 0}
	key := agendaKey(a)
	if im.dies || key == 0 || a.LeadID == "" {
		return none, nil
	}
	lead, err := tx.load(tx.s.tables[crm.KindLead], a.LeadID)
	if err != nil || lead == nil || lead.gone {
		return none, err
	}
	l := lead.after.Addr().Interface().(*crm.Lead)
	if liveness(l, lead.dies) != 1 {
		return none, nil
	}
	ref, err := tx.s.ref(tx.ctx, l.ShopID)
	return []any{key, ref}, err
}

// moveAgenda takes a lead's activities on or off the agenda with it, and to
// another shop. Those of a new lead were derived from it already, but for what
// a hub told before.
func (tx *Tx) moveAgenda(im *image) error {
	after := im.after.Addr().Interface().(*crm.Lead)
	live := liveness(after, im.dies) == 1
	if im.before.IsValid() {
		before := im.before.Addr().Interface().(*crm.Lead)
		if live == (liveness(before, im.dead) == 1) && before.ShopID == after.ShopID {
			return nil
		}
	} else if tx.sync == nil || !tx.sync.early[im.id] {
		return nil
	}
	ref, err := tx.s.ref(tx.ctx, after.ShopID)
	if err != nil {
		return err
	}
	return tx.showAgenda(im.id, live, ref)
}

func (tx *Tx) showAgenda(leadID string, live bool, shop int64) error {
	var err error
	if live {
		_, err = tx.s.exec(tx.ctx, "UPDATE OR FAIL activities SET agenda="+agendaKeySQL+", shop=iif("+agendaKeySQL+"=0, 0, ?) WHERE lead_id=? AND deleted=0 AND (due_at>0 OR due_day<>'')", shop, blob(leadID))
	} else {
		_, err = tx.s.exec(tx.ctx, "UPDATE OR FAIL activities SET agenda=0, shop=0 WHERE lead_id=? AND agenda<>0", blob(leadID))
	}
	return err
}
