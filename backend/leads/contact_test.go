package leads

import (
	"strings"
	"testing"

	"patio/backend/crm"
	"patio/backend/store"
)

func (sh *shop) contact(id string) *crm.Contact {
	sh.t.Helper()
	c, err := store.Read[crm.Contact](ctx, sh.s, id)
	if err != nil {
		sh.t.Fatal(err)
	}
	return c
}

func TestPeopleWorkForACompanyThatIsKnownOrMade(t *testing.T) {
	sh := newShop(t)
	ana := sh.get(sh.lead("Ana")).ContactID
	bia := sh.get(sh.lead("Bia", func(n *New) { n.Company = "padaria são joão" })).ContactID
	done := sh.must(Employ(ctx, sh.s, Employment{ContactIDs: []string{ana}, Name: " Padaria  São João "}))
	if !done.Undo {
		t.Errorf("said %+v", done)
	}
	company := sh.contact(ana).CompanyID
	if c := sh.contact(company); c.Type != crm.TypeCompany || c.Name != "Padaria São João" || sh.contact(ana).Company != c.Name {
		t.Errorf("made %+v, of %+v", c, sh.contact(ana))
	}
	linked, named, err := sh.s.PeopleOf(ctx, sh.contact(company))
	if err != nil || len(linked) != 1 || linked[0].ID != ana {
		t.Errorf("linked %+v, %v", linked, err)
	}
	if len(named) != 1 || named[0].ID != bia {
		t.Errorf("by the name alone: %+v", named)
	}
	sh.must(Employ(ctx, sh.s, Employment{ContactIDs: []string{bia}, CompanyID: company}))
	if c := sh.contact(bia); c.CompanyID != company || c.Company != "Padaria São João" {
		t.Errorf("%+v", c)
	}

	// A company that is there for its people needs no phone, but a name.
	sh.must(UpdateContact(ctx, sh.s, company, ContactPatch{City: ptr("Santos")}))
	if _, err := UpdateContact(ctx, sh.s, company, ContactPatch{Name: ptr(" ")}); crm.CodeOf(err) != crm.CodeRequired {
		t.Errorf("without a name: %v", err)
	}
	if _, err := UpdateContact(ctx, sh.s, ana, ContactPatch{Phones: &[]crm.Entry{}}); crm.CodeOf(err) != crm.CodeLeadContact {
		t.Errorf("Ana can't be reached: %v", err)
	}

	sh.must(Employ(ctx, sh.s, Employment{ContactIDs: []string{bia}}))
	if c := sh.contact(bia); c.CompanyID != "" || c.Company != "Padaria São João" {
		t.Errorf("who left: %+v", c)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if c := sh.contact(bia); c.CompanyID != company {
		t.Errorf("after undo: %+v", c)
	}
}

func TestWhoCantBeEmployedIsRefused(t *testing.T) {
	sh := newShop(t)
	ana, bia := sh.get(sh.lead("Ana")).ContactID, sh.get(sh.lead("Bia")).ContactID
	sh.must(Employ(ctx, sh.s, Employment{ContactIDs: []string{ana}, Name: "ACME"}))
	acme := sh.contact(ana).CompanyID
	for name, c := range map[string]struct {
		e     Employment
		code  crm.Code
		field string
	}{
		"a person's record":  {Employment{ContactIDs: []string{ana}, CompanyID: bia}, crm.CodeNotACompany, "companyId"},
		"an unknown company": {Employment{ContactIDs: []string{ana}, CompanyID: proposal}, crm.CodeNotFound, "id"},
		"an unknown person":  {Employment{ContactIDs: []string{proposal}, CompanyID: acme}, crm.CodeNotFound, "id"},
		"no id":              {Employment{ContactIDs: []string{"x"}, CompanyID: acme}, crm.CodeInvalid, "contactIds"},
		"a company":          {Employment{ContactIDs: []string{acme}, CompanyID: acme}, crm.CodeInvalid, "contactIds"},
		"a long name":        {Employment{ContactIDs: []string{ana}, Name: strings.Repeat("a", 5000)}, crm.CodeTooLong, "company"},
	} {
		_, err := Employ(ctx, sh.s, c.e)
		if e, ok := err.(*crm.Error); !ok || e.Code != c.code || e.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := sh.contact(ana); c.CompanyID != acme {
		t.Errorf("what was refused changed %+v", c)
	}
}

func TestWhoBroughtALeadIsKept(t *testing.T) {
	sh := newShop(t)
	bia := sh.get(sh.lead("Bia")).ContactID
	ana := sh.lead("Ana", func(n *New) { n.ReferredBy = bia })
	referral := store.NamedID(crm.KindSource, crm.SourceReferral)
	if l := sh.get(ana); l.ReferredBy != bia || l.SourceID != referral {
		t.Errorf("%+v", l)
	}
	caio := sh.lead("Caio", func(n *New) { n.SourceID = store.NamedID(crm.KindSource, "Loja") })
	sh.must(Update(ctx, sh.s, caio, Patch{ReferredBy: &bia}))
	if l := sh.get(caio); l.ReferredBy != bia || l.SourceID == referral {
		t.Errorf("a source that somebody chose was replaced: %+v", l)
	}
	own := sh.get(ana).ContactID
	if _, err := Update(ctx, sh.s, ana, Patch{ReferredBy: &own}); crm.CodeOf(err) != crm.CodeSelfReferral {
		t.Errorf("brought by herself: %v", err)
	}
	if _, err := Update(ctx, sh.s, ana, Patch{ReferredBy: ptr(proposal)}); crm.CodeOf(err) != crm.CodeNotFound {
		t.Errorf("brought by nobody known: %v", err)
	}
	items, _, err := sh.s.Timeline(ctx, caio, 0, 10)
	if err != nil || len(items) == 0 || len(items[0].Changes) != 1 || items[0].Changes[0] != (crm.FieldChange{Field: "referredBy", New: "Bia"}) {
		t.Errorf("the history says %+v, %v", items, err)
	}
	sh.must(Update(ctx, sh.s, caio, Patch{ReferredBy: ptr("")}))
	if l := sh.get(caio); l.ReferredBy != "" {
		t.Errorf("%+v", l)
	}
	sh.must(sh.s.Undo(ctx, nil))
	if l := sh.get(caio); l.ReferredBy != bia {
		t.Errorf("after undo: %+v", l)
	}
	sh.must(MoveLeads(ctx, sh.s, Move{IDs: []string{ana}, StageID: sold, ReasonID: sh.reason(crm.StageWon)}))
	got, err := sh.s.Referrers(ctx, "2026-11-01", "")
	if err != nil || len(got) != 1 || got[0].Contact.Name != "Bia" || got[0].Leads != 2 || got[0].Sold != 1 || got[0].SoldCents != 10_000_00 {
		t.Errorf("the report: %+v, %v", got, err)
	}
}

// A source is given where the workspace asks for one.
func TestAReferralIsASourceWhereOneIsRequired(t *testing.T) {
	sh := newShop(t)
	bia := sh.get(sh.lead("Bia")).ContactID
	sh.must(sh.s.Transact(ctx, store.Op{Label: "settings"}, func(tx *store.Tx) error {
		key := store.SettingRequired("sourceId")
		return store.Put(tx, &crm.Setting{ID: store.NamedID(crm.KindSetting, key), Key: key, Value: "1"})
	}))
	if _, err := Create(ctx, sh.s, New{Name: "Ana", Phone: "11985270593"}); crm.CodeOf(err) != crm.CodeRequired {
		t.Errorf("without a source: %v", err)
	}
	sh.lead("Ana", func(n *New) { n.ReferredBy = bia })
}
