package leads

import (
	"context"
	"slices"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/store"
)

// NewActivity is an activity as the window sends it: planned with a due hour
// or day, or done.
type NewActivity struct {
	LeadID  string `json:"leadId"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Body    string `json:"body"`
	DueAt   int64  `json:"dueAt"`  // ms UTC
	DueDay  string `json:"dueDay"` // YYYY-MM-DD, when it has no hour
	Done    bool   `json:"done"`
	UserID  string `json:"userId"` // "": who acts
	Outcome string `json:"outcome"`
	Channel string `json:"channel"`
	Remind  int64  `json:"remind"` // as crm.Activity has it
}

// AddActivity plans or logs an activity. A note is always done. Errors:
// required (body of a note, due of a plan), invalid, not_found.
func AddActivity(ctx context.Context, s *store.Store, n NewActivity) (crm.Done, error) {
	a := crm.Activity{LeadID: n.LeadID, Kind: n.Kind, UserID: n.UserID, DueAt: n.DueAt, DueDay: n.DueDay, Channel: n.Channel, Remind: n.Remind}
	label := "activity.plan"
	done := n.Done || n.Kind == crm.ActivityNote
	if done {
		label, a.DueAt, a.DueDay, a.Remind = "activity.log", 0, "", 0
	}
	if n.Kind == crm.ActivityNote {
		label = "activity.note"
	}
	if err := setActivity(&a, n.Title, n.Body, n.Outcome); err != nil {
		return crm.Done{}, err
	}
	if err := checkActivity(&a, done); err != nil {
		return crm.Done{}, err
	}
	return write(ctx, s, label, n.LeadID, func(tx *store.Tx, l *crm.Lead) error {
		a.CreatedAt, a.CreatedBy = tx.Now, tx.User
		if a.UserID == "" {
			a.UserID = tx.User
		}
		if done {
			a.DoneAt = tx.Now
		}
		if err := store.Put(tx, &a); err != nil {
			return err
		}
		return seenIfNew(tx, l)
	})
}

func setActivity(a *crm.Activity, title, body, outcome string) error {
	var err error
	if a.Title, err = crm.CheckLine("title", title); err != nil {
		return err
	}
	if a.Body, err = crm.CheckText("body", body); err != nil {
		return err
	}
	a.Outcome, err = crm.CheckText("outcome", outcome)
	return err
}

func checkActivity(a *crm.Activity, done bool) error {
	if err := store.CheckID("leadId", a.LeadID); err != nil {
		return err
	}
	if !slices.Contains(crm.ActivityKinds, a.Kind) {
		return crm.NewError(crm.CodeInvalid, "kind", "value", a.Kind)
	}
	if a.Kind == crm.ActivityNote && a.Body == "" {
		return crm.NewError(crm.CodeRequired, "body")
	}
	if err := crm.CheckRemind(a.Remind); err != nil {
		return err
	}
	if done {
		return nil
	}
	if a.DueAt != 0 {
		a.DueDay = ""
		return nil
	}
	if a.DueDay == "" {
		return crm.NewError(crm.CodeRequired, "dueDay")
	}
	_, err := checkDay("dueDay", a.DueDay)
	return err
}

// checkDay refuses what is no YYYY-MM-DD; "" is none.
func checkDay(field, day string) (string, error) {
	if day == "" {
		return "", nil
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return "", crm.NewError(crm.CodeInvalid, field, "value", day).Because(err)
	}
	return day, nil
}

// ActivityPatch changes the fields of an activity that are present. DueAt and
// DueDay are one: setting one clears the other.
type ActivityPatch struct {
	Kind    *string `json:"kind,omitempty"`
	Title   *string `json:"title,omitempty"`
	Body    *string `json:"body,omitempty"`
	DueAt   *int64  `json:"dueAt,omitempty"`
	DueDay  *string `json:"dueDay,omitempty"`
	UserID  *string `json:"userId,omitempty"`
	Outcome *string `json:"outcome,omitempty"`
	Remind  *int64  `json:"remind,omitempty"`
}

// UpdateActivity changes an activity. Errors as AddActivity's.
func UpdateActivity(ctx context.Context, s *store.Store, id string, p ActivityPatch) (crm.Done, error) {
	return editActivity(ctx, s, "activity.update", id, func(_ *store.Tx, a *crm.Activity) error {
		for _, f := range []struct{ from, to *string }{{p.Kind, &a.Kind}, {p.UserID, &a.UserID}} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		if p.DueAt != nil {
			a.DueAt, a.DueDay = *p.DueAt, ""
		}
		if p.DueDay != nil && *p.DueDay != "" {
			a.DueAt, a.DueDay = 0, *p.DueDay
		}
		if p.Remind != nil {
			a.Remind = *p.Remind
		}
		or := func(p *string, old string) string {
			if p != nil {
				return *p
			}
			return old
		}
		if err := setActivity(a, or(p.Title, a.Title), or(p.Body, a.Body), or(p.Outcome, a.Outcome)); err != nil {
			return err
		}
		return checkActivity(a, a.DoneAt > 0)
	})
}

// CompleteActivity marks a planned activity as done now.
func CompleteActivity(ctx context.Context, s *store.Store, id, outcome string) (crm.Done, error) {
	return editActivity(ctx, s, "activity.complete", id, func(tx *store.Tx, a *crm.Activity) error {
		if a.DoneAt == 0 {
			a.DoneAt = tx.Now
		}
		if outcome == "" {
			return nil
		}
		return setActivity(a, a.Title, a.Body, outcome)
	})
}

// ReopenActivity makes a done activity planned again. Errors: required when it
// never had a date.
func ReopenActivity(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	return editActivity(ctx, s, "activity.reopen", id, func(_ *store.Tx, a *crm.Activity) error {
		a.DoneAt = 0
		return checkActivity(a, false)
	})
}

// DeleteActivity deletes an activity.
func DeleteActivity(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	return editActivity(ctx, s, "activity.delete", id, nil)
}

// editActivity changes one activity by f, or deletes it when f is nil.
func editActivity(ctx context.Context, s *store.Store, label, id string, f func(*store.Tx, *crm.Activity) error) (crm.Done, error) {
	if err := store.CheckID("id", id); err != nil {
		return crm.Done{}, err
	}
	params := map[string]string{}
	done, err := s.Transact(ctx, store.Op{Label: label, Params: params}, func(tx *store.Tx) error {
		a, err := store.Get[crm.Activity](tx, id)
		if err != nil {
			return err
		}
		params["kind"], params["title"] = a.Kind, a.Title
		if f == nil {
			return store.Delete[crm.Activity](tx, id)
		}
		if err := f(tx, a); err != nil {
			return err
		}
		return store.Put(tx, a)
	})
	return done, err
}

// write runs one operation on one lead and names its contact for the toast.
func write(ctx context.Context, s *store.Store, label, leadID string, f func(*store.Tx, *crm.Lead) error) (crm.Done, error) {
	if err := store.CheckID("leadId", leadID); err != nil {
		return crm.Done{}, err
	}
	params := map[string]string{}
	done, err := s.Transact(ctx, store.Op{Label: label, Params: params}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, leadID)
		if err != nil {
			return err
		}
		c, err := store.Person(tx, l.ContactID)
		if err != nil {
			return err
		}
		params["name"] = c.Name
		return f(tx, l)
	})
	if err == nil && len(done.IDs) == 0 {
		done.IDs = []string{leadID}
	}
	return done, err
}

// Seen says that somebody looked at a lead: it is neither new nor unread any
// more. Nothing is written when it wasn't.
func Seen(ctx context.Context, s *store.Store, id string) error {
	l, err := store.Read[crm.Lead](ctx, s, id)
	if err != nil || l.Fresh == crm.FreshNone {
		return err
	}
	_, err = s.Transact(ctx, store.Op{Label: "lead.seen", NoUndo: true, Quiet: true}, func(tx *store.Tx) error {
		return putMark(tx, id, tx.Now)
	})
	return err
}

// MarkUnread puts a lead back on top as if nobody had seen it.
func MarkUnread(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	return write(ctx, s, "lead.unread", id, func(tx *store.Tx, _ *crm.Lead) error { return putMark(tx, id, -1) })
}

// Replied logs by hand that the customer answered; the lead becomes unread for
// whoever owns it.
func Replied(ctx context.Context, s *store.Store, id, body string) (crm.Done, error) {
	a := crm.Activity{LeadID: id, Kind: crm.ActivityMessage, Inbound: true, Channel: "whatsapp"}
	if err := setActivity(&a, "", body, ""); err != nil {
		return crm.Done{}, err
	}
	return write(ctx, s, "lead.replied", id, func(tx *store.Tx, _ *crm.Lead) error {
		a.DoneAt, a.CreatedAt, a.CreatedBy = tx.Now, tx.Now, tx.User
		return store.Put(tx, &a)
	})
}

// Channels by which a contact is reached.
const (
	ChannelPhone    = "phone"
	ChannelWhatsApp = "whatsapp"
	ChannelEmail    = "email"
)

// Reach logs that the contact is being called or written to, and answers the
// link that does it in params.url. to is one of the contact's phones or
// e-mails; "" takes the first. Errors: required when the contact has none.
func Reach(ctx context.Context, s *store.Store, id, channel, to string) (crm.Done, error) {
	kind, ok := map[string]string{ChannelPhone: crm.ActivityCall, ChannelWhatsApp: crm.ActivityMessage, ChannelEmail: crm.ActivityEmail}[channel]
	if !ok {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "channel", "value", channel)
	}
	link := ""
	done, err := write(ctx, s, "lead.reach."+channel, id, func(tx *store.Tx, l *crm.Lead) error {
		c, err := store.Person(tx, l.ContactID)
		if err != nil {
			return err
		}
		list, field := c.Phones, "phone"
		if channel == ChannelEmail {
			list, field = c.Emails, "email"
		}
		i := 0
		if to != "" {
			i = slices.IndexFunc(list, func(e crm.Entry) bool { return e.Key == to })
		}
		if i < 0 || i >= len(list) {
			return crm.NewError(crm.CodeRequired, field)
		}
		switch channel {
		case ChannelPhone:
			link = format.TelLink(list[i].Key)
		case ChannelWhatsApp:
			link = format.WhatsAppLink(list[i].Key, "")
		case ChannelEmail:
			link = format.MailLink(list[i].Key, "", "")
		}
		a := crm.Activity{LeadID: id, Kind: kind, Channel: channel, Title: list[i].Key, DoneAt: tx.Now, UserID: tx.User, CreatedAt: tx.Now, CreatedBy: tx.User}
		if err := store.Put(tx, &a); err != nil {
			return err
		}
		return putMark(tx, id, tx.Now)
	})
	if err == nil {
		done.Params["url"] = link
	}
	return done, err
}
