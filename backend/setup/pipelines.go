package setup

import (
	"context"
	"slices"

	"patio/backend/crm"
	"patio/backend/store"
)

// AddPipeline makes a pipeline, with the stages of the ready one of its kind to
// begin with. Errors: required, invalid, name.taken.
func AddPipeline(ctx context.Context, s *store.Store, name, kind string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	p := crm.Pipeline{Kind: kind}
	if p.Name, err = pipelineName(w, "", name); err != nil {
		return crm.Done{}, err
	}
	ready := crm.ReadyPipelines()
	like := slices.IndexFunc(ready, func(r crm.ReadyPipeline) bool { return r.Kind == kind })
	if like < 0 {
		return crm.Done{}, crm.NewError(crm.CodeInvalid, "kind", "value", kind)
	}
	for _, o := range w.Pipelines {
		p.Pos = max(p.Pos, o.Pos+1)
	}
	return save(ctx, s, "pipeline.add", &p.ID, p.Name, func(tx *store.Tx) error {
		if err := store.Put(tx, &p); err != nil {
			return err
		}
		for i, r := range ready[like].Stages {
			st := crm.Stage{PipelineID: p.ID, Name: r.Names[crm.Lang(w.Settings[store.SettingLanguage])], Kind: r.Kind, Pos: int64(i + 1), StaleDays: r.StaleDays}
			if err := store.Put(tx, &st); err != nil {
				return err
			}
		}
		return nil
	})
}

// RenamePipeline gives a pipeline another name. Errors: not_found, required,
// name.taken.
func RenamePipeline(ctx context.Context, s *store.Store, id, name string) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if name, err = pipelineName(w, id, name); err != nil {
		return crm.Done{}, err
	}
	return savePipeline(ctx, s, id, func(p *crm.Pipeline) { p.Name = name })
}

// ShowPipeline takes a pipeline into use, or puts it away with the leads that
// stand in it; search still finds them. Errors: not_found, pipeline.last.
func ShowPipeline(ctx context.Context, s *store.Store, id string, shown bool) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	if !shown && !slices.ContainsFunc(w.Pipelines, func(p crm.Pipeline) bool { return p.ID != id && !p.Retired }) {
		return crm.Done{}, crm.NewError(CodeLastPipeline, "retired")
	}
	return savePipeline(ctx, s, id, func(p *crm.Pipeline) { p.Retired = !shown })
}

// PlacePipeline puts a pipeline at an index among all of them, 0 the first.
func PlacePipeline(ctx context.Context, s *store.Store, id string, index int) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	ids := make([]string, len(w.Pipelines))
	for i, p := range w.Pipelines {
		ids[i] = p.ID
	}
	if ids, err = placed(ids, id, index); err != nil {
		return crm.Done{}, err
	}
	return save(ctx, s, "pipeline.save", &id, "", func(tx *store.Tx) error {
		return renumber(tx, ids, func(p *crm.Pipeline) *int64 { return &p.Pos })
	})
}

func savePipeline(ctx context.Context, s *store.Store, id string, change func(*crm.Pipeline)) (crm.Done, error) {
	return save(ctx, s, "pipeline.save", &id, "", func(tx *store.Tx) error {
		p, err := store.Get[crm.Pipeline](tx, id)
		if err != nil {
			return err
		}
		change(p)
		return store.Put(tx, p)
	})
}

func pipelineName(w *store.Workspace, id, typed string) (string, error) {
	name, err := required("name", typed)
	if err != nil {
		return "", err
	}
	for _, o := range w.Pipelines {
		if err := taken(id, name, o.ID, o.Name); err != nil {
			return "", err
		}
	}
	return name, nil
}

// placed answers a list of ids with one of them at an index.
func placed(ids []string, id string, index int) ([]string, error) {
	from := slices.Index(ids, id)
	if from < 0 {
		return nil, crm.NewError(crm.CodeNotFound, "id", "id", id)
	}
	ids = slices.Delete(ids, from, from+1)
	return slices.Insert(ids, min(max(index, 0), len(ids)), id), nil
}

// renumber writes the positions of records that shall stand in an order; those
// that have theirs already are not written.
func renumber[T any](tx *store.Tx, ids []string, pos func(*T) *int64) error {
	for i, id := range ids {
		v, err := store.Get[T](tx, id)
		if err != nil {
			return err
		}
		*pos(v) = int64(i + 1)
		if err := store.Put(tx, v); err != nil {
			return err
		}
	}
	return nil
}
