package leads

import (
	"patio/backend/crm"
	"patio/backend/store"
)

// line is where leads go in a stage: the first to its place, each further one
// right behind it.
type line struct {
	w     *store.Workspace
	stage crm.Stage
	at    place
	most  int      // leads that may join
	ranks []string // of those that have yet to join, once the first has
}

// newLine is for at most so many leads: ranks that are shared out at once stay
// short, those that each squeeze in behind the last grow with every one.
func newLine(w *store.Workspace, stage crm.Stage, at place, most int) *line {
	return &line{w: w, stage: stage, at: at, most: most}
}

// join puts a lead into the line. One that enters the stage has no reason yet,
// and is out of the archive, unless the stage is for discarded ones.
func (n *line) join(tx *store.Tx, l *crm.Lead) error {
	entering := l.StageID != n.stage.ID
	var err error
	if entering {
		if _, err = store.Get[crm.Stage](tx, n.stage.ID); err != nil { // deleted since it was looked at
			return crm.NewError(crm.CodeStageDeleted, "stageId", "stage", n.stage.Name).Because(err)
		}
	}
	if len(n.ranks) == 0 {
		if n.ranks, err = ranksAt(tx, n.stage.ID, n.at, n.most); err != nil {
			return err
		}
	}
	l.Rank, n.ranks = n.ranks[0], n.ranks[1:]
	if !entering {
		return nil
	}
	l.StageID, l.StageSince = n.stage.ID, tx.Now
	l.ReasonID, l.ReasonNote, l.ArchivedAt = "", "", 0
	if n.stage.Kind == crm.StageDiscarded { // it rests in the archive until its days are over
		l.ArchivedAt = tx.Now
	}
	n.convert(l)
	return nil
}

// convert keeps from where a lead came into a sales pipeline. One that is back
// there was not converted after all.
func (n *line) convert(l *crm.Lead) {
	to := n.stage.PipelineID
	switch {
	case to == l.ConvertedFrom:
		l.ConvertedFrom = ""
	case pipelineKind(n.w, l.PipelineID) == crm.PipelineQualification && pipelineKind(n.w, to) == crm.PipelineSales:
		l.ConvertedFrom = l.PipelineID
	}
}

// stageBefore answers the stage to which a discarded lead comes back: where it
// stood, else the first open one of its pipeline. False when there is none.
func stageBefore(tx *store.Tx, w *store.Workspace, l *crm.Lead) (crm.Stage, bool, error) {
	id, err := tx.CameFrom(l.ID, l.StageID)
	if err != nil {
		return crm.Stage{}, false, err
	}
	if st, ok := stageOf(w, id); ok && st.Kind == crm.StageOpen && w.Takes(id) {
		return st, true, nil
	}
	for _, st := range w.Stages {
		if st.PipelineID == l.PipelineID && st.Kind == crm.StageOpen && w.Takes(st.ID) {
			return st, true, nil
		}
	}
	return crm.Stage{}, false, nil
}

// stageOf finds a stage.
func stageOf(w *store.Workspace, id string) (crm.Stage, bool) {
	for _, st := range w.Stages {
		if st.ID == id {
			return st, true
		}
	}
	return crm.Stage{}, false
}

// pipelineKind answers "" for a pipeline that is gone.
func pipelineKind(w *store.Workspace, id string) string {
	for _, p := range w.Pipelines {
		if p.ID == id {
			return p.Kind
		}
	}
	return ""
}
