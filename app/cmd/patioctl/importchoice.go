package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/sheet"
	"patio/backend/store"
	"patio/backend/transfer"
)

// mappingOf answers what the columns mean: remembered or suggested, but as the
// command line says where it says something.
func mappingOf(ctx context.Context, s *store.Store, sh *sheet.Sheet, maps []string) (sheet.Mapping, error) {
	m := sh.Suggest()
	kept, err := s.RememberedMapping(ctx, sheet.Signature(sh.Headers))
	if err != nil {
		return nil, err
	}
	var remembered sheet.Mapping
	if kept != nil && json.Unmarshal(kept, &remembered) == nil {
		m = sh.Recall(remembered)
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return nil, err
	}
	m = transfer.WithFields(w, m, remembered != nil)
	asked := slices.Clone(m)
	for i := range asked {
		asked[i].Field = ""
	}
	for _, text := range maps {
		column, field, _ := cutMap(text)
		if err := asked.Set(column, field); err != nil {
			return nil, err
		}
	}
	for i, a := range asked {
		switch {
		case a.Field != "":
			m[i].Field = a.Field
		case !m[i].Field.Several() && slices.ContainsFunc(asked, func(o sheet.Column) bool { return o.Field == m[i].Field }):
			m[i].Field = sheet.FieldNote // what was guessed gives way to what was asked
		}
	}
	return m, m.Check()
}

// stageNamed answers the id of "Stage" or "Pipeline/Stage" among the pipelines
// in use, "" for no name.
func stageNamed(w *store.Workspace, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	var found []string
	for _, st := range w.Stages {
		i := slices.IndexFunc(w.Pipelines, func(p crm.Pipeline) bool { return p.ID == st.PipelineID && !p.Retired })
		if i < 0 || !w.Takes(st.ID) {
			continue
		}
		if key := format.FoldWords(name); st.ID == name || key == format.FoldWords(st.Name) || key == format.FoldWords(w.Pipelines[i].Name+"/"+st.Name) {
			found = append(found, st.ID)
		}
	}
	switch len(found) {
	case 0:
		return "", crm.NewError(crm.CodeNotFound, "stage", "name", name)
	case 1:
		return found[0], nil
	}
	return "", usage(fmt.Errorf("more than one pipeline has a stage %q: write Pipeline/Stage", name))
}

// ownerNamed answers the id of a person who is active, "" for no name.
func ownerNamed(w *store.Workspace, name string) (string, error) {
	for _, u := range w.Users {
		if !u.Retired && isNamed(name, u.ID, u.Name) {
			return u.ID, nil
		}
	}
	return unknown("owner", name)
}

// sourceNamed answers the id of a source in use, "" for no name.
func sourceNamed(w *store.Workspace, name string) (string, error) {
	for _, v := range w.Sources {
		if !v.Retired && isNamed(name, v.ID, v.Name) {
			return v.ID, nil
		}
	}
	return unknown("source", name)
}

func isNamed(asked, id, name string) bool {
	return asked != "" && (asked == id || format.FoldWords(asked) == format.FoldWords(name))
}

func unknown(field, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	return "", crm.NewError(crm.CodeNotFound, field, "name", name)
}
