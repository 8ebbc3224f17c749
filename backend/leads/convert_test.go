package leads

import (
	"slices"
	"testing"
	"time"

	"patio/backend/crm"
	"patio/backend/store"
)

const (
	arrived   = "01900000-0000-7000-8000-000000000211"
	qualified = "01900000-0000-7000-8000-000000000213"
	converted = "01900000-0000-7000-8000-000000000214"
	discarded = "01900000-0000-7000-8000-000000000215"
)

// to makes a new lead stand in a stage.
func to(stage string) func(*New) { return func(n *New) { n.StageID = stage } }

func ptr[T any](v T) *T { return &v }

func TestAConvertedLeadGoesOnInSalesAndIsListedWhereItCameFrom(t *testing.T) {
	sh := newShop(t)
	sh.lead("Bruno")
	ana := sh.lead("Ana", to(qualified), func(n *New) { n.Vehicle = "Onix" })
	sh.now = sh.now.Add(time.Hour)
	done := sh.must(Convert(ctx, sh.s, crm.Selection{IDs: []string{ana}}, Conversion{StageID: proposal, ValueCents: ptr[int64](80_000_00), Vehicle: ptr("Onix Plus 2024")}, nil))
	if done.Label != "lead.convert" || done.Params["name"] != "Ana" || done.Params["stage"] != "Nova proposta" {
		t.Errorf("said %+v", done)
	}
	l := sh.get(ana)
	if l.PipelineID != crm.PipelineReadySales || l.ConvertedFrom != crm.PipelineReadyQualification || l.ValueCents != 80_000_00 || l.Vehicle != "Onix Plus 2024" || l.StageSince != sh.now.UnixMilli() {
		t.Errorf("converted lead: %+v", l)
	}
	if got := sh.names(proposal); !slices.Equal(got, []string{"Bruno", "Ana"}) { // Bruno is new: he lies on top
		t.Errorf("the stage shows %v", got)
	}
	if got := sh.names(converted); !slices.Equal(got, []string{"Ana"}) {
		t.Errorf("converted ones: %v", got)
	}
	if got := sh.names(qualified); len(got) != 0 {
		t.Errorf("still qualified: %v", got)
	}
	if _, err := Convert(ctx, sh.s, crm.Selection{IDs: []string{ana}}, Conversion{StageID: talking}, nil); crm.CodeOf(err) != crm.CodeNotQualifying {
		t.Errorf("converted twice: %v", err)
	}

	sh.must(sh.s.Undo(ctx, nil))
	if l := sh.get(ana); l.StageID != qualified || l.ConvertedFrom != "" || l.ValueCents != 10_000_00 || l.Vehicle != "Onix" {
		t.Errorf("after undo: %+v", l)
	}
	sh.must(sh.s.Redo(ctx, nil))
	if l := sh.get(ana); l.StageID != proposal || l.ConvertedFrom != crm.PipelineReadyQualification {
		t.Errorf("after redo: %+v", l)
	}
}

func TestSeveralAreConvertedAtOnceAndKeepTheirOwnValues(t *testing.T) {
	sh := newShop(t)
	a, b := sh.lead("Ana", to(qualified)), sh.lead("Bia", to(qualified), func(n *New) { n.ValueCents = 5 })
	inSales := sh.lead("Caio")
	done := sh.must(Convert(ctx, sh.s, crm.Selection{IDs: []string{a, b, inSales}}, Conversion{StageID: talking}, nil))
	if done.Params["count"] != "2" || sh.get(b).ValueCents != 5 || sh.get(inSales).StageID != proposal {
		t.Errorf("%v, %+v", done.Params, sh.get(inSales))
	}
	if got := sh.names(talking); !slices.Equal(got, []string{"Ana", "Bia"}) {
		t.Errorf("in the order of the selection: %v", got)
	}
}

func TestAMoveIntoSalesConvertsAndAMoveBackTakesThatBack(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana", to(arrived))
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: proposal}))
	if l := sh.get(id); l.ConvertedFrom != crm.PipelineReadyQualification {
		t.Errorf("moved into sales: %+v", l)
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: talking}))
	if l := sh.get(id); l.ConvertedFrom != crm.PipelineReadyQualification {
		t.Errorf("moved on in sales: %+v", l)
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{id}, StageID: arrived}))
	if l := sh.get(id); l.ConvertedFrom != "" {
		t.Errorf("moved back: %+v", l)
	}
	if got := sh.names(converted); len(got) != 0 {
		t.Errorf("converted ones: %v", got)
	}
}

// Of a lead that one PC converted while another moved it on, the place may come
// from one and the conversion from the other: it stands in one stage all the same.
func TestALeadThatStandsHereIsNotListedAsConverted(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana", to(qualified))
	_, err := sh.s.Transact(ctx, store.Op{Label: "lead.update"}, func(tx *store.Tx) error {
		l, err := store.Get[crm.Lead](tx, id)
		if err != nil {
			return err
		}
		l.ConvertedFrom = crm.PipelineReadyQualification
		return store.Put(tx, l)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := sh.names(converted); len(got) != 0 {
		t.Errorf("converted ones: %v", got)
	}
}

func TestAConversionThatCannotBeIsRefusedByField(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Ana", to(qualified))
	for _, c := range []struct {
		c     Conversion
		code  crm.Code
		field string
	}{
		{Conversion{StageID: ""}, crm.CodeNotFound, "stageId"},
		{Conversion{StageID: sold}, crm.CodeInvalid, "stageId"},
		{Conversion{StageID: arrived}, crm.CodeInvalid, "stageId"},
		{Conversion{StageID: proposal, ValueCents: ptr[int64](-1)}, crm.CodeInvalid, "valueCents"},
	} {
		_, err := Convert(ctx, sh.s, crm.Selection{IDs: []string{id}}, c.c, nil)
		if e, ok := err.(*crm.Error); !ok || e.Code != c.code || e.Field != c.field {
			t.Errorf("%+v: %v", c.c, err)
		}
	}
	if l := sh.get(id); l.StageID != qualified {
		t.Errorf("moved all the same: %+v", l)
	}
}

func TestAFurtherOpportunityRemembersTheLeadItCameOf(t *testing.T) {
	sh := newShop(t)
	ana, bruno := sh.get(sh.lead("Ana")), sh.get(sh.lead("Bruno"))
	done := sh.must(Create(ctx, sh.s, New{ContactID: ana.ContactID, OriginLeadID: ana.ID, Vehicle: "Tracker"}))
	if l := sh.get(done.IDs[0]); l.OriginLeadID != ana.ID || l.ContactID != ana.ContactID {
		t.Errorf("further lead: %+v", l)
	}
	for _, origin := range []string{bruno.ID, sold} {
		_, err := Create(ctx, sh.s, New{ContactID: ana.ContactID, OriginLeadID: origin})
		if crm.CodeOf(err) != crm.CodeNotFound {
			t.Errorf("came of %s: %v", origin, err)
		}
	}
}
