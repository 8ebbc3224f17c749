package store

import (
	"context"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// FindInTimeline answers the entries of a lead's history that a filter lets
// through, as Timeline does: those of one moment stay together, and about limit
// of them come at once. It goes through the lead's whole history at most.
func (s *Store) FindInTimeline(ctx context.Context, leadID string, f crm.TimelineFilter, before int64, limit int) ([]crm.TimelineItem, bool, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, false, err
	}
	words := strings.Fields(format.Fold(f.Text))
	names := w.names()
	found := []crm.TimelineItem{}
	limit = min(max(limit, 1), MaxPage)
	for more := true; more && len(found) < limit; {
		var items []crm.TimelineItem
		if items, more, err = s.Timeline(ctx, leadID, before, MaxPage); err != nil {
			return nil, false, err
		}
		if more {
			before = items[len(items)-1].At
		}
		for _, item := range items {
			if (len(f.Kinds) == 0 || slices.Contains(f.Kinds, item.Kind())) && holdsWords(timelineText(&item, names), words) {
				found = append(found, item)
			}
		}
		if !more || len(found) < limit {
			continue
		}
		return found, true, nil
	}
	return found, false, nil
}

func holdsWords(text string, words []string) bool {
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// timelineText is what an entry says, folded: what people wrote, and the names
// behind the ids that changed.
func timelineText(item *crm.TimelineItem, names map[string]string) string {
	parts := []string{names[item.UserID]}
	if a := item.Activity; a != nil {
		parts = append(parts, a.Title, a.Body, a.Outcome)
	}
	if a := item.Attachment; a != nil {
		parts = append(parts, a.Name)
	}
	for _, c := range item.Changes {
		for _, value := range []string{c.Old, c.New} {
			if name, ok := names[value]; ok {
				value = name
			}
			parts = append(parts, value)
		}
	}
	return format.Fold(strings.Join(parts, " "))
}

// names answers what the small entities are called, by id.
func (w *Workspace) names() map[string]string {
	out := map[string]string{}
	for _, e := range w.Users {
		out[e.ID] = e.Name
	}
	for _, e := range w.Shops {
		out[e.ID] = e.Name
	}
	for _, e := range slices.Concat(w.Former, w.Stages) {
		out[e.ID] = e.Name
	}
	for _, e := range w.Sources {
		out[e.ID] = e.Name
	}
	for _, e := range w.Tags {
		out[e.ID] = e.Name
	}
	for _, e := range w.Reasons {
		out[e.ID] = e.Name
	}
	return out
}
