package setup

import (
	"context"
	"math/rand/v2"
	"strconv"

	"patio/backend/crm"
	"patio/backend/crm/rank"
	"patio/backend/store"
)

// movedAtOnce is how many leads one transaction takes out of a stage: others
// write in between.
const movedAtOnce = 1000

// DeleteStage moves the leads of a stage, archived ones too, to the end of
// another of its pipeline, and deletes it. One undo takes all of it back; what
// a cancelled or killed run has moved is undone as one, too. progress may be
// nil. Errors: not_found, stage.last_open; stage.in_use when leads stand there
// and to is ""; invalid when they can't go to that one: it is in another
// pipeline, or asks why a lead ended there.
func DeleteStage(ctx context.Context, s *store.Store, id, to string, progress func(done, total int)) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	st, err := stageIn(w, id)
	if err != nil {
		return crm.Done{}, err
	}
	if w.Takes(id) {
		if err := otherOpen(w, &st, "id"); err != nil {
			return crm.Done{}, err
		}
	}
	target, err := targetOf(w, st, to)
	if err != nil {
		return crm.Done{}, err
	}
	living, archived, err := s.StageLeads(ctx, id)
	if err != nil {
		return crm.Done{}, err
	}
	d := deletion{stage: st, to: target, params: map[string]string{"stage": st.Name, "to": target.Name}, total: living + archived, progress: progress}
	op := store.Op{Label: "stage.delete", Params: d.params, Group: s.NewID()}
	for {
		done, err := s.Transact(ctx, op, d.next)
		if err != nil && ctx.Err() != nil {
			err = crm.NewError(crm.CodeCancelled, "").Because(err) // in the midst of a statement
		}
		if err != nil || d.over {
			return done, err
		}
	}
}

// targetOf answers where a stage's leads may go, the zero stage for nowhere.
func targetOf(w *store.Workspace, from crm.Stage, id string) (crm.Stage, error) {
	if id == "" {
		return crm.Stage{}, nil
	}
	to, err := stageIn(w, id)
	if err != nil || !w.Takes(id) || id == from.ID || to.PipelineID != from.PipelineID ||
		to.Kind == crm.StageConverted || to.Kind != crm.StageOpen && to.Kind != from.Kind {
		return crm.Stage{}, crm.NewError(crm.CodeInvalid, "to", "value", id).Because(err)
	}
	return to, nil
}

// deletion is a stage on its way out.
type deletion struct {
	stage, to crm.Stage
	params    map[string]string
	moved     int
	total     int
	over      bool
	progress  func(done, total int)
}

// next moves some leads; with the last of them the stage goes, in one
// transaction: nobody finds it empty and puts a lead in.
func (d *deletion) next(tx *store.Tx) error {
	ids, err := tx.LeadsIn(d.stage.ID, movedAtOnce+1)
	if err != nil {
		return err
	}
	if len(ids) > 0 && d.to.ID == "" {
		return crm.NewError(CodeStageInUse, "to", "stage", d.stage.Name)
	}
	d.over = len(ids) <= movedAtOnce
	ids = ids[:min(len(ids), movedAtOnce)]
	if err := d.move(tx, ids); err != nil {
		return err
	}
	d.moved += len(ids)
	d.params["count"] = strconv.Itoa(max(d.total, d.moved)) // of all: an undo ends with the first of them
	if d.progress != nil {
		d.progress(d.moved, max(d.total, d.moved))
	}
	if !d.over {
		return nil
	}
	return store.Delete[crm.Stage](tx, d.stage.ID)
}

// move puts leads at the end of the other stage, in their order. Since when they
// stand where they do stays: nobody has moved on with them.
func (d *deletion) move(tx *store.Tx, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := store.Get[crm.Stage](tx, d.to.ID); err != nil { // another device deleted it meanwhile
		return crm.NewError(crm.CodeStageDeleted, "to", "stage", d.to.Name).Because(err)
	}
	last, err := tx.RankBefore(d.to.ID, "")
	if err != nil {
		return err
	}
	ranks, err := rank.Spread(last, "", len(ids), rand.IntN)
	if err != nil {
		return err
	}
	for i, id := range ids {
		l, err := store.Get[crm.Lead](tx, id)
		if err != nil {
			return err
		}
		l.StageID, l.Rank = d.to.ID, ranks[i]
		if d.to.Kind != d.stage.Kind {
			l.ReasonID, l.ReasonNote = "", "" // it is open again
		}
		if err := store.Put(tx, l); err != nil {
			return err
		}
	}
	return nil
}
