package leads

import (
	"testing"

	"patio/backend/crm"
)

func TestAReminderStaysWhenItsActivityMoves(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Patrícia Assunção")
	sh.must(AddActivity(t.Context(), sh.s, NewActivity{LeadID: id, Kind: crm.ActivityCall, DueDay: "2026-11-25", Remind: 60}))
	planned := func() crm.Activity {
		t.Helper()
		list, err := sh.s.Planned(t.Context(), id)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		return list[0]
	}
	a := planned()
	hour, none := int64(1795608000000), int64(crm.RemindNever)
	for _, c := range []struct {
		patch ActivityPatch
		want  int64
	}{{ActivityPatch{DueAt: &hour}, 60}, {ActivityPatch{UserID: new(string)}, 60}, {ActivityPatch{Remind: &none}, 0}} {
		sh.must(UpdateActivity(t.Context(), sh.s, a.ID, c.patch))
		if got := planned().Remind; got != c.want {
			t.Errorf("%+v: %d, want %d", c.patch, got, c.want)
		}
	}
	sh.must(sh.s.Undo(t.Context(), nil))
	if got := planned().Remind; got != 60 {
		t.Errorf("undone: %d", got)
	}
	wrong := int64(crm.MaxRemind + 1)
	if _, err := UpdateActivity(t.Context(), sh.s, a.ID, ActivityPatch{Remind: &wrong}); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("%v", err)
	}
	if _, err := AddActivity(t.Context(), sh.s, NewActivity{LeadID: id, Kind: crm.ActivityCall, DueDay: "2026-11-25", Remind: -2}); crm.CodeOf(err) != crm.CodeInvalid {
		t.Errorf("%v", err)
	}
}

func TestWhatIsDoneRemindsNobody(t *testing.T) {
	sh := newShop(t)
	id := sh.lead("Patrícia Assunção")
	sh.must(AddActivity(t.Context(), sh.s, NewActivity{LeadID: id, Kind: crm.ActivityCall, Done: true, Remind: 60}))
	items, _, err := sh.s.Timeline(t.Context(), id, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items {
		if item.Activity != nil && item.Activity.Remind != crm.RemindNever {
			t.Errorf("%+v", item.Activity)
		}
	}
}
