package crm

import "slices"

// Kinds of entry by which a history is filtered.
const (
	EntryNote    = "note"
	EntryMessage = "message" // and e-mails, of either side
	EntryAction  = "action"  // calls, visits, test drives, tasks
	EntryStage   = "stage"
	EntryEdit    = "edit" // whatever else changed, the lead's making included
	EntryFile    = "file" // attached, or taken off
)

// TimelineFilter narrows a lead's history.
type TimelineFilter struct {
	Kinds []string `json:"kinds"` // see Entry*; empty for all
	Text  string   `json:"text"`  // words that an entry has all of; accents and case don't count
}

// Kind answers an entry's kind.
func (t *TimelineItem) Kind() string {
	changes := func(field string) bool {
		return slices.ContainsFunc(t.Changes, func(c FieldChange) bool { return c.Field == field })
	}
	switch {
	case t.Attachment != nil, changes("attachment.deleted"):
		return EntryFile
	case t.Activity == nil && changes("stageId"):
		return EntryStage
	case t.Activity == nil:
		return EntryEdit
	}
	switch t.Activity.Kind {
	case ActivityNote:
		return EntryNote
	case ActivityMessage, ActivityEmail:
		return EntryMessage
	}
	return EntryAction
}
