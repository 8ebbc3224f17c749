package setup

import (
	"context"
	"encoding/json"
	"slices"

	"patio/backend/crm"
	"patio/backend/store"
)

// SaveView writes a view, a new one when it has no ID: it is then the acting
// person's, behind the others. Errors: required, invalid, name.taken, not_found.
func SaveView(ctx context.Context, s *store.Store, v crm.View) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if v.Name, err = required("name", v.Name); err != nil {
		return crm.Done{}, err
	}
	if v.ID == "" {
		v.UserID, v.Pos = s.ActingUser(), 1
	} else {
		known, err := viewIn(w, v.ID)
		if err != nil {
			return crm.Done{}, err
		}
		v.PipelineID, v.UserID, v.Pos = known.PipelineID, known.UserID, known.Pos
	}
	if !slices.ContainsFunc(w.Pipelines, func(p crm.Pipeline) bool { return p.ID == v.PipelineID }) {
		return crm.Done{}, crm.NewError(crm.CodeNotFound, "pipelineId", "id", v.PipelineID)
	}
	if v.Filter, err = checkedFilter(ctx, s, v); err != nil {
		return crm.Done{}, err
	}
	for _, o := range beside(w, v, v.UserID) {
		if err := taken(v.ID, v.Name, o.ID, o.Name); err != nil {
			return crm.Done{}, err
		}
		if v.ID == "" {
			v.Pos = max(v.Pos, o.Pos+1)
		}
	}
	return save(ctx, s, "view.save", &v.ID, v.Name, func(tx *store.Tx) error { return store.Put(tx, &v) })
}

// checkedFilter answers a view's filter as it is kept. What it names may be gone
// since, or not be here yet: that is for who looks at it to see.
func checkedFilter(ctx context.Context, s *store.Store, v crm.View) (string, error) {
	var f crm.Filter
	if err := json.Unmarshal([]byte(v.Filter), &f); err != nil {
		return "", crm.NewError(crm.CodeInvalid, "filter").Because(err)
	}
	f.PipelineID = ""
	if err := s.CheckFilter(ctx, f); err != nil {
		return "", err
	}
	kept, err := json.Marshal(f)
	return string(kept), err
}

// SeenBy says whether a person has a view among the tabs.
func SeenBy(v crm.View, userID string) bool { return v.Shared || v.UserID == userID }

// beside answers the views of a view's pipeline that a person sees.
func beside(w *store.Workspace, v crm.View, userID string) []crm.View {
	var out []crm.View
	for _, o := range w.Views {
		if o.PipelineID == v.PipelineID && SeenBy(o, userID) {
			out = append(out, o)
		}
	}
	return out
}

func viewIn(w *store.Workspace, id string) (crm.View, error) {
	i := slices.IndexFunc(w.Views, func(v crm.View) bool { return v.ID == id })
	if i < 0 {
		return crm.View{}, crm.NewError(crm.CodeNotFound, "id", "id", id, "kind", "views")
	}
	return w.Views[i], nil
}

// PlaceView puts a view at an index among those of its pipeline that the acting
// person sees, 0 the first. Errors: not_found.
func PlaceView(ctx context.Context, s *store.Store, id string, index int) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	v, err := viewIn(w, id)
	if err != nil {
		return crm.Done{}, err
	}
	var ids []string
	for _, o := range beside(w, v, s.ActingUser()) {
		ids = append(ids, o.ID)
	}
	if ids, err = placed(ids, id, index); err != nil {
		return crm.Done{}, err
	}
	return save(ctx, s, "view.place", &id, v.Name, func(tx *store.Tx) error {
		return renumber(tx, ids, func(v *crm.View) *int64 { return &v.Pos })
	})
}

// DeleteView deletes a view; the leads stay as they are. Errors: not_found.
func DeleteView(ctx context.Context, s *store.Store, id string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	v, err := viewIn(w, id)
	if err != nil {
		return crm.Done{}, err
	}
	return save(ctx, s, "view.delete", &id, v.Name, func(tx *store.Tx) error { return store.Delete[crm.View](tx, id) })
}
