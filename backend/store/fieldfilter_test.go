package store

import (
	"context"
	"testing"

	"patio/backend/crm"
)

func TestAFilterOverAFieldThatIsGoneMatchesNothing(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 20)
	for _, id := range []string{"01900000-0000-7000-8000-00000000dead", "", "no id"} {
		f := crm.Filter{Fields: []crm.FieldFilter{{FieldID: id, Any: []string{"1"}}}}
		rows, totals, err := w.s.List(ctx, crm.ListRequest{Filter: f, Limit: 50})
		if err != nil || len(rows) > 0 || totals.Count > 0 {
			t.Errorf("%q: %d rows, %+v, %v", id, len(rows), totals, err)
		}
		if ids, err := w.s.SelectIDs(ctx, crm.Selection{Filter: &f}); err != nil || len(ids) > 0 {
			t.Errorf("%q selects %d, %v", id, len(ids), err)
		}
	}
}

func TestARangeOfWhatIsNoNumberIsRefused(t *testing.T) {
	w := newWorld(t, seeded(t), 1)
	_, err := w.s.Count(context.Background(), crm.Filter{Fields: []crm.FieldFilter{{FieldID: NamedID(crm.KindField, crm.TargetLead+crm.FieldNumber), From: "dez"}}})
	wantCode(t, err, crm.CodeInvalid)
}

func TestCardsHoldTheValuesThatAreShown(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, seeded(t), 30)
	fields := crm.CardFields(w.fields)
	if len(fields) != crm.MaxCardFields {
		t.Fatalf("%+v", fields)
	}
	views, _, err := w.s.Board(ctx, crm.PipelineReadySales, crm.Filter{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, l := range w.leads {
		for _, v := range append(l.Values, l.contact.Values...) {
			held[l.ID+v.FieldID] = v.Value
		}
	}
	for _, view := range views {
		for _, c := range view.Cards {
			shown := map[string]string{}
			for _, v := range c.Values {
				shown[v.FieldID] = v.Value
			}
			if len(shown) > len(fields) {
				t.Errorf("%s shows %v", c.Name, shown)
			}
			for _, f := range fields {
				if shown[f.ID] != held[c.ID+f.ID] {
					t.Errorf("%s: %s is %q, shows %q", c.Name, f.Name, held[c.ID+f.ID], shown[f.ID])
				}
			}
		}
	}
}
