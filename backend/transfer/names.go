// Package transfer brings leads in from spreadsheets and out again: it knows
// the rule for duplicates, makes what rows name, goes on after a kill.
package transfer

import (
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/store"
)

// names finds what a row names among the small entities, and makes what is
// missing: sources, tags and people. Stages are found, never made.
type names struct {
	w        *store.Workspace
	stage    crm.Stage // where leads go whose row names none that is known
	stages   map[string]crm.Stage
	users    map[string]string // folded name → id
	sources  map[string]string
	tags     map[string]string
	shops    map[string]string
	reasons  map[string]string // kind + folded name → id
	newUsers []crm.User
	newNames []any // *crm.Source, *crm.Tag to be written
}

func newNames(w *store.Workspace, stageID string) (*names, error) {
	n := &names{w: w, stages: map[string]crm.Stage{}, users: map[string]string{}, sources: map[string]string{}, tags: map[string]string{}, shops: map[string]string{}, reasons: map[string]string{}}
	i := slices.IndexFunc(w.Stages, func(s crm.Stage) bool { return s.ID == stageID })
	if i < 0 {
		return nil, crm.NewError(crm.CodeNotFound, "stageId", "id", stageID)
	}
	n.stage = w.Stages[i]
	if !w.Takes(stageID) {
		return nil, crm.NewError(crm.CodeStageDeleted, "stageId", "stage", n.stage.Name)
	}
	if n.stage.Kind == crm.StageConverted {
		return nil, crm.NewError(crm.CodeStageReadOnly, "stageId", "stage", n.stage.Name)
	}
	for _, u := range w.Users {
		n.users[format.FoldWords(u.Name)] = u.ID
	}
	for _, v := range w.Sources {
		n.sources[format.FoldWords(v.Name)] = v.ID
	}
	for _, v := range w.Tags {
		n.tags[format.FoldWords(v.Name)] = v.ID
	}
	for _, v := range w.Shops {
		n.shops[format.FoldWords(v.Name)] = v.ID
	}
	for _, r := range w.Reasons {
		n.reasons[r.Kind+" "+format.FoldWords(r.Name)] = r.ID
	}
	return n, nil
}

// stageWords are what other sheets call the kinds of stage; open ones count
// from the first.
var stageWords = map[string]string{
	"vendido": crm.StageWon, "vendidos": crm.StageWon, "venda": crm.StageWon, "ganho": crm.StageWon, "fechado": crm.StageWon, "encerrado": crm.StageWon,
	"won": crm.StageWon, "closed won": crm.StageWon, "sold": crm.StageWon, "customer": crm.StageWon, "ganado": crm.StageWon, "cerrado": crm.StageWon,
	"nao vendido": crm.StageLost, "nao vendidos": crm.StageLost, "perdido": crm.StageLost, "perda": crm.StageLost, "descartado": crm.StageLost, "desistiu": crm.StageLost,
	"lost": crm.StageLost, "closed lost": crm.StageLost, "unqualified": crm.StageLost, "not sold": crm.StageLost, "no vendido": crm.StageLost,
}

var openWords = map[string]int{
	"novo": 0, "nova": 0, "novo lead": 0, "new": 0, "open": 0, "aberto": 0, "nuevo": 0, "abierto": 0, "a contatar": 0,
	"em andamento": 1, "in progress": 1, "connected": 1, "contatado": 1, "contactado": 1, "contacted": 1, "negociando": 1, "em atendimento": 1, "en curso": 1,
}

// stageOf answers the stage that a row names: by its name in the pipeline that
// the row or the user chose, by what other sheets call it there, by its name in
// another pipeline. found is false when the text says nothing.
func (n *names) stageOf(pipeline, text string) (stage crm.Stage, found bool) {
	key := format.FoldWords(strings.NewReplacer("_", " ", "-", " ").Replace(text))
	if key == "" {
		return n.stage, true
	}
	home := n.stage.PipelineID
	if i := slices.IndexFunc(n.w.Pipelines, func(p crm.Pipeline) bool { return format.FoldWords(p.Name) == format.FoldWords(pipeline) }); pipeline != "" && i >= 0 {
		home = n.w.Pipelines[i].ID
	}
	if st, ok := n.stages[home+key]; ok {
		return st, st.ID != ""
	}
	stage, found = n.findStage(home, key)
	if !found {
		n.stages[home+key] = crm.Stage{}
		return n.stage, false
	}
	n.stages[home+key] = stage
	return stage, true
}

func (n *names) findStage(home, key string) (crm.Stage, bool) {
	var open []crm.Stage
	byKind := map[string]crm.Stage{}
	for _, st := range n.w.Stages {
		if st.PipelineID != home || !n.w.Takes(st.ID) {
			continue
		}
		if format.FoldWords(st.Name) == key {
			return st, st.Kind != crm.StageConverted
		}
		if st.Kind == crm.StageOpen {
			open = append(open, st)
		}
		byKind[st.Kind] = st
	}
	kind := stageWords[key]
	if st, ok := byKind[kind]; ok {
		return st, true
	}
	if st, ok := byKind[crm.StageDiscarded]; ok && kind == crm.StageLost {
		return st, true
	}
	if i, ok := openWords[key]; ok && i < len(open) {
		return open[i], true
	}
	for _, st := range n.w.Stages {
		if format.FoldWords(st.Name) == key && st.Kind != crm.StageConverted && n.w.Takes(st.ID) {
			return st, true
		}
	}
	return crm.Stage{}, false
}

// kindOf answers the kind of a stage.
func (n *names) kindOf(stageID string) string {
	for _, st := range n.w.Stages {
		if st.ID == stageID {
			return st.Kind
		}
	}
	return ""
}

// userOf answers the person that a row names, making one who sells.
func (n *names) userOf(name string, newID func() string) string {
	key := format.FoldWords(name)
	if key == "" {
		return ""
	}
	if id, ok := n.users[key]; ok {
		return id
	}
	u := crm.User{ID: newID(), Name: name, Role: string(crm.RoleSeller)}
	n.users[key] = u.ID
	n.newUsers = append(n.newUsers, u)
	return u.ID
}

func (n *names) sourceOf(name string) string {
	key := format.FoldWords(name)
	if key == "" {
		return ""
	}
	if id, ok := n.sources[key]; ok {
		return id
	}
	v := &crm.Source{ID: store.NamedID(crm.KindSource, name), Name: name}
	n.sources[key] = v.ID
	n.newNames = append(n.newNames, v)
	return v.ID
}

func (n *names) tagOf(name string) string {
	key := format.FoldWords(name)
	if key == "" {
		return ""
	}
	if id, ok := n.tags[key]; ok {
		return id
	}
	v := &crm.Tag{ID: store.NamedID(crm.KindTag, name), Name: name}
	n.tags[key] = v.ID
	n.newNames = append(n.newNames, v)
	return v.ID
}

// writeNew writes the entities that rows named and nobody had yet.
func (n *names) writeNew(tx *store.Tx) error {
	for i := range n.newUsers {
		if err := store.Put(tx, &n.newUsers[i]); err != nil {
			return err
		}
	}
	for _, v := range n.newNames {
		var err error
		switch v := v.(type) {
		case *crm.Source:
			err = store.Put(tx, v)
		case *crm.Tag:
			err = store.Put(tx, v)
		}
		if err != nil {
			return err
		}
	}
	n.newUsers, n.newNames = nil, nil
	return nil
}
