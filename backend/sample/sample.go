// Package sample makes up a believable dealer: a small set for the first run,
// which leaves in one undoable step, and any number of leads for tests and
// measurements.
package sample

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"

	"patio/backend/crm"
	"patio/backend/store"
)

// Size is how many leads the first run's sample has.
const Size = 60

// settingMade is the setting that remembers which sellers and tags the sample
// brought along.
const settingMade = "sample"

// made is what the sample brought along beside its leads.
type made struct {
	Users []string `json:"users"`
	Tags  []string `json:"tags"`
}

// Add puts the sample in: leads on the board, with activities around now.
func Add(ctx context.Context, s *store.Store) (crm.Done, error) {
	if has, err := s.HasSample(ctx); err != nil || has {
		return crm.Done{}, errors.Join(err, already(has))
	}
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	return s.Transact(ctx, store.Op{Label: "sample.add", Quiet: true}, func(tx *store.Tx) error {
		d, brought, err := newDealer(tx, s, w, 20260101, 3)
		if err != nil {
			return err
		}
		d.via, d.planned = crm.ViaSample, 4
		memo, err := json.Marshal(brought)
		if err != nil {
			return err
		}
		if err := store.PutSetting(tx, settingMade, string(memo)); err != nil {
			return err
		}
		for i := range Size {
			one, err := d.draft()
			if err != nil {
				return err
			}
			if one.lead.CreatedVia == crm.ViaManual || i%20 == 0 && one.lead.ReasonID == "" {
				one.seenAt = -1 // still unread, and still the sample's
			}
			one.lead.CreatedVia = crm.ViaSample
			if err := one.put(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func already(has bool) error {
	if has {
		return crm.NewError(crm.CodeConflict, "sample")
	}
	return nil
}

// Clear takes the sample out again: its leads with all that belongs to them,
// its contacts, and its sellers and tags where no other lead uses them.
func Clear(ctx context.Context, s *store.Store) (crm.Done, error) {
	w, err := s.Workspace(ctx)
	if err != nil {
		return crm.Done{}, err
	}
	records, err := s.MadeVia(ctx, crm.ViaSample)
	if err != nil {
		return crm.Done{}, err
	}
	var brought made
	if text := w.Settings[settingMade]; text != "" {
		if err := json.Unmarshal([]byte(text), &brought); err != nil {
			return crm.Done{}, crm.NewError(crm.CodeInternal, "").Because(err)
		}
	}
	return s.Transact(ctx, store.Op{Label: "sample.clear", Quiet: true}, func(tx *store.Tx) error {
		return errors.Join(
			deleteAll[crm.Lead](tx, records.Leads), deleteAll[crm.Activity](tx, records.Activities),
			deleteAll[crm.Mark](tx, records.Marks), deleteAll[crm.Event](tx, records.Events),
			deleteAll[crm.Contact](tx, records.Contacts),
			deleteAll[crm.User](tx, slices.DeleteFunc(brought.Users, func(id string) bool { return records.Used[id] || id == tx.User })),
			deleteAll[crm.Tag](tx, slices.DeleteFunc(brought.Tags, func(id string) bool { return records.Used[id] })),
			store.Delete[crm.Setting](tx, store.NamedID(crm.KindSetting, settingMade)))
	})
}

func deleteAll[T any](tx *store.Tx, ids []string) error {
	for _, id := range ids {
		if err := store.Delete[T](tx, id); err != nil {
			return err
		}
	}
	return nil
}

// put writes a draft.
func (d *draft) put(tx *store.Tx) error {
	if err := store.Put(tx, &d.contact); err != nil {
		return err
	}
	d.lead.ContactID = d.contact.ID
	if err := store.Put(tx, &d.lead); err != nil {
		return err
	}
	if d.seenAt != 0 {
		if err := store.Put(tx, &crm.Mark{ID: store.MarkID(d.lead.ID), LeadID: d.lead.ID, SeenAt: d.seenAt}); err != nil {
			return err
		}
	}
	for i := range d.activities {
		d.activities[i].LeadID = d.lead.ID
		if err := store.Put(tx, &d.activities[i]); err != nil {
			return err
		}
	}
	return nil
}

// newDealer prepares a dealer with at least so many sellers, and the tags,
// putting what the workspace lacks.
func newDealer(tx *store.Tx, s *store.Store, w *store.Workspace, seed uint64, staff int) (*dealer, made, error) {
	d := &dealer{r: rand.New(rand.NewPCG(seed, 0x9a710)), now: s.Now().In(s.Zone()), shop: crm.ReadyShop, reasons: map[string][]string{}}
	brought := made{Users: []string{}, Tags: []string{}}
	for _, u := range w.Users {
		if !u.Retired {
			d.owners = append(d.owners, u.ID)
		}
	}
	for _, name := range sellers {
		if len(d.owners) >= staff {
			break
		}
		u := crm.User{ID: store.NamedID(crm.KindUser, "sample "+name), Name: name, Role: string(crm.RoleSeller)}
		if slices.Contains(d.owners, u.ID) {
			continue
		}
		if err := store.Put(tx, &u); err != nil {
			return nil, brought, err
		}
		d.owners, brought.Users = append(d.owners, u.ID), append(brought.Users, u.ID)
	}
	for _, t := range tagNames {
		tag := crm.Tag{ID: store.NamedID(crm.KindTag, t.name), Name: t.name, Color: t.color}
		d.tags = append(d.tags, tag.ID)
		if slices.ContainsFunc(w.Tags, func(o crm.Tag) bool { return o.ID == tag.ID }) {
			continue
		}
		if err := store.Put(tx, &tag); err != nil {
			return nil, brought, err
		}
		brought.Tags = append(brought.Tags, tag.ID)
	}
	for _, src := range w.Sources {
		if !src.Retired {
			d.sources = append(d.sources, src.ID)
		}
	}
	for _, r := range w.Reasons {
		if !r.Retired {
			d.reasons[r.Kind] = append(d.reasons[r.Kind], r.ID)
		}
	}
	d.stages = salesStages(w)
	if len(d.stages) == 0 || len(d.sources) == 0 {
		return nil, brought, crm.NewError(crm.CodeRequired, "stages")
	}
	return d, brought, nil
}

// weights are the shares of a sales pipeline's stages, in a hundred.
var weights = []int{30, 25, 17, 10, 8, 10}

// salesStages are the stages of the first sales pipeline.
func salesStages(w *store.Workspace) []stage {
	var out []stage
	for _, p := range w.Pipelines {
		if p.Kind != crm.PipelineSales || p.Retired {
			continue
		}
		for _, st := range w.StagesOf(p.ID) {
			if st.Kind != crm.StageConverted {
				out = append(out, stage{Stage: st, weight: weights[min(len(out), len(weights)-1)]})
			}
		}
		break
	}
	return out
}
