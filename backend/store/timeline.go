package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"patio/backend/crm"
)

// Timeline answers a lead's history, the newest first: what happened before a
// moment (ms UTC; 0 for now and all later), about limit entries — those of one
// moment stay together. Planned activities are not in it. Its last entry is
// the lead's making.
func (s *Store) Timeline(ctx context.Context, leadID string, before int64, limit int) (items []crm.TimelineItem, more bool, err error) {
	lead, err := Read[crm.Lead](ctx, s, leadID)
	if err != nil {
		return nil, false, err
	}
	if before <= 0 {
		before = 1 << 62
	}
	limit = min(max(limit, 1), MaxPage)
	last, more, err := s.pageEnd(ctx, leadID, before, limit)
	if err != nil {
		return nil, false, s.fail("read timeline", err)
	}
	items = []crm.TimelineItem{}
	err = s.each(ctx, s.tables[crm.KindEvent], "lead_id=? AND at<? AND at>=? AND deleted=0", func(v any) {
		e := v.(*crm.Event)
		item := crm.TimelineItem{ID: e.ID, Type: "event", At: e.At, UserID: e.UserID, Op: e.Op}
		if json.Unmarshal([]byte(e.Changes), &item.Changes) != nil {
			item.Changes = nil // an event of a later version still tells who and when
		}
		items = append(items, item)
	}, blob(leadID), before, last)
	if err != nil {
		return nil, false, s.fail("read events", err)
	}
	if err := s.nameContacts(ctx, items); err != nil {
		return nil, false, s.fail("read events", err)
	}
	err = s.each(ctx, s.tables[crm.KindActivity], "lead_id=? AND done_at<? AND done_at>=? AND done_at>0 AND deleted=0", func(v any) {
		a := v.(*crm.Activity)
		items = append(items, crm.TimelineItem{ID: a.ID, Type: "activity", At: a.DoneAt, UserID: a.UserID, Activity: a})
	}, blob(leadID), before, last)
	if err != nil {
		return nil, false, s.fail("read activities", err)
	}
	err = s.each(ctx, s.tables[crm.KindAttachment], "lead_id=? AND created_at<? AND created_at>=? AND deleted=0", func(v any) {
		a := v.(*crm.Attachment)
		items = append(items, crm.TimelineItem{ID: a.ID, Type: "attachment", At: a.CreatedAt, UserID: a.CreatedBy, Attachment: a})
	}, blob(leadID), before, last)
	if err != nil {
		return nil, false, s.fail("read attachments", err)
	}
	slices.SortFunc(items, func(a, b crm.TimelineItem) int {
		if a.At != b.At {
			if a.At > b.At {
				return -1
			}
			return 1
		}
		return strings.Compare(b.ID, a.ID)
	})
	if !more {
		items = append(items, crm.TimelineItem{ID: lead.ID, Type: "created", At: lead.CreatedAt, UserID: lead.CreatedBy})
	}
	return items, more, nil
}

// CameFrom answers the stage where a lead stood before it last entered another,
// "" when its history doesn't tell.
func (tx *Tx) CameFrom(leadID, stageID string) (string, error) {
	rows, err := tx.s.stmt(tx.ctx, "SELECT changes FROM events WHERE lead_id=? AND deleted=0 ORDER BY at DESC", blob(leadID))
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return "", err
		}
		var changes []crm.FieldChange
		if json.Unmarshal([]byte(text), &changes) != nil {
			continue // of a later version
		}
		for _, c := range changes {
			if c.Field == "stageId" && c.New == stageID {
				return c.Old, nil
			}
		}
	}
	return "", rows.Err()
}

// pageEnd finds the moment of the page's last entry, and whether older ones follow.
func (s *Store) pageEnd(ctx context.Context, leadID string, before int64, limit int) (last int64, more bool, err error) {
	moments, err := s.ints(ctx, `SELECT at FROM (
		SELECT at FROM events WHERE lead_id=? AND at<? AND deleted=0 UNION ALL
		SELECT done_at FROM activities WHERE lead_id=? AND done_at>0 AND done_at<? AND deleted=0 UNION ALL
		SELECT created_at FROM attachments WHERE lead_id=? AND created_at<? AND deleted=0
		) ORDER BY at DESC`, blob(leadID), before, blob(leadID), before, blob(leadID), before)
	if err != nil || len(moments) <= limit {
		return 0, false, err
	}
	last = moments[limit-1]
	return last, moments[len(moments)-1] < last, nil
}
