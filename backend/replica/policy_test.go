package replica

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/protocol"
	"patio/sync/record"
	"patio/sync/vv"
)

// People and places of the tests.
var (
	adminID, managerID, sellerID, otherID = number(1), number(2), number(3), number(4)
	ownShop, otherShop, noShop            = number(11), number(12), number(13)
	ownLead, otherLead, otherContact      = number(21), number(22), number(23)
	ownContact                            = number(24)
)

func TestNobodyMergesWhomTheyCannotSee(t *testing.T) {
	h := workspace()
	for other, want := range map[string]crm.Code{ownContact: "", otherContact: CodeShop, number(99): ""} {
		told := stateOf(writer, fields{keys.pairContact: ownContact, keys.pairInto: other, keys.pairTaken: "[]"}).Whole()
		if got, reason := verdict(t, h, everyone[crm.RoleSeller], crm.KindPair, nil, told); reason != string(want) || want != "" && len(got) != 4 {
			t.Errorf("into %s: %q, %v", other, reason, got)
		}
	}
}

// The whole of who may do what, in one table: new, edit, delete; "+" taken, "-"
// refused for the role, "i" for what can't be changed.
func TestWhoMayWriteWhat(t *testing.T) {
	table := map[crm.Kind]map[crm.Role]string{
		crm.KindShop:       {crm.RoleAdmin: "+++", crm.RoleManager: "---", crm.RoleSeller: "---"},
		crm.KindUser:       {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "---"},
		crm.KindSource:     {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+--"},
		crm.KindTag:        {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+--"},
		crm.KindReason:     {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "---"},
		crm.KindField:      {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "---"},
		crm.KindView:       {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"}, // private ones
		crm.KindPipeline:   {crm.RoleAdmin: "+++", crm.RoleManager: "---", crm.RoleSeller: "---"},
		crm.KindStage:      {crm.RoleAdmin: "+++", crm.RoleManager: "---", crm.RoleSeller: "---"},
		crm.KindSetting:    {crm.RoleAdmin: "+++", crm.RoleManager: "---", crm.RoleSeller: "---"},
		crm.KindContact:    {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"},
		crm.KindLead:       {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"},
		crm.KindMark:       {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"},
		crm.KindActivity:   {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"},
		crm.KindEvent:      {crm.RoleAdmin: "+++", crm.RoleManager: "+ii", crm.RoleSeller: "+ii"},
		crm.KindAttachment: {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"},
		crm.KindPair:       {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"},
		99:                 {crm.RoleAdmin: "+++", crm.RoleManager: "+++", crm.RoleSeller: "+++"}, // a newer program's
	}
	letters := map[string]string{"": "+", string(CodeRole): "-", string(CodeImmutable): "i"}
	h := workspace()
	for _, kind := range kinds {
		for role, d := range everyone {
			got := ""
			add := func(now *record.State, told record.Delta) {
				_, reason := verdict(t, h, d, kind, now, told)
				letter := letters[reason]
				if letter == "" {
					letter = reason
				}
				got += letter
			}
			add(nil, stateOf(writer, sample(kind)).Whole())

			now := stateOf(1, sample(kind))
			edited := now.Clone()
			key := record.Key{ID: 3}
			if kind == crm.KindUser {
				key = keys.userName
			}
			write(edited, writer, fields{key: "other"})
			add(now, edited.Partial([]record.Key{key}, false, 0))

			dead := now.Clone()
			dead.Delete(vv.Dot{Replica: writer, N: 1}, record.Clock(2))
			add(now, dead.Partial(nil, true, 0))
			if want := table[kind][role]; got != want {
				t.Errorf("kind %d, %s: %s, want %s", kind, role, got, want)
			}
		}
	}
}

func TestALeadStaysInShopsThatItsWriterSees(t *testing.T) {
	h := workspace()
	for name, c := range map[string]struct {
		role   crm.Role
		isNew  bool
		values fields
		want   crm.Code
		keys   int // that are refused
	}{
		"a seller's own":                          {crm.RoleSeller, true, fields{keys.leadShop: ownShop, {ID: 6}: "1"}, "", 0},
		"a new one in no shop yet":                {crm.RoleSeller, true, fields{{ID: 6}: "1"}, "", 0},
		"a new one elsewhere":                     {crm.RoleSeller, true, fields{keys.leadShop: otherShop, {ID: 6}: "1"}, CodeShop, 3},
		"a manager's new one elsewhere":           {crm.RoleManager, true, fields{keys.leadShop: otherShop}, CodeShop, 2},
		"a seller's moved away":                   {crm.RoleSeller, false, fields{keys.leadShop: otherShop, {ID: 6}: "1"}, CodeShop, 1},
		"a manager's moved away":                  {crm.RoleManager, false, fields{keys.leadShop: otherShop}, "", 0},
		"a manager's moved to no shop":            {crm.RoleManager, false, fields{keys.leadShop: ""}, CodeShop, 1},
		"a manager's moved to a shop of nobody's": {crm.RoleManager, false, fields{keys.leadShop: noShop}, CodeShop, 1},
		"a manager's moved to what is no shop":    {crm.RoleManager, false, fields{keys.leadShop: ownLead}, CodeShop, 1},
		"with a contact out of sight":             {crm.RoleSeller, true, fields{keys.leadShop: ownShop, keys.leadContact: otherContact}, CodeShop, 3},
		"given a contact out of sight":            {crm.RoleSeller, false, fields{keys.leadContact: otherContact, {ID: 6}: "1"}, CodeShop, 1},
		"with a contact that is yet to come":      {crm.RoleSeller, true, fields{keys.leadShop: ownShop, keys.leadContact: number(99)}, "", 0},
		"an admin's anywhere":                     {crm.RoleAdmin, true, fields{keys.leadShop: otherShop, keys.leadContact: otherContact}, "", 0},
		"given both out of sight":                 {crm.RoleSeller, false, fields{keys.leadShop: otherShop, keys.leadContact: otherContact}, CodeShop, 2},
	} {
		var now *record.State
		told := stateOf(writer, c.values).Whole()
		if !c.isNew {
			now = stateOf(1, sample(crm.KindLead))
			edited := now.Clone()
			write(edited, writer, c.values)
			told = edited.Whole()
		}
		if got, reason := verdict(t, h, everyone[c.role], crm.KindLead, now, told); reason != string(c.want) || len(got) != c.keys {
			t.Errorf("%s: %q, %v", name, reason, got)
		}
	}
}

func TestWhatBelongsToALeadOutOfSightIsRefused(t *testing.T) {
	h := workspace()
	for _, kind := range []crm.Kind{crm.KindMark, crm.KindActivity, crm.KindEvent, crm.KindAttachment} {
		for lead, want := range map[string]crm.Code{ownLead: "", otherLead: CodeShop, number(99): ""} {
			told := stateOf(writer, fields{keys.lead[kind]: lead, {ID: 2}: "1"}).Whole()
			if got, reason := verdict(t, h, everyone[crm.RoleSeller], kind, nil, told); reason != string(want) || want != "" && len(got) != 3 {
				t.Errorf("kind %d of %s: %q, %v", kind, lead, reason, got)
			}
		}
	}
}

func TestASellerSharesNoViewAndChangesNoSharedOne(t *testing.T) {
	private, shared := fields{{ID: 1}: "Meus"}, fields{{ID: 1}: "Da loja", keys.viewShared: "1"}
	for name, c := range map[string]struct {
		role      crm.Role
		now, told fields
		want      crm.Code
	}{
		"a new private one":   {crm.RoleSeller, nil, private, ""},
		"a new shared one":    {crm.RoleSeller, nil, shared, CodeRole},
		"one that is shared":  {crm.RoleSeller, private, fields{keys.viewShared: "1"}, CodeRole},
		"a shared one's name": {crm.RoleSeller, shared, fields{{ID: 1}: "Minha"}, CodeRole},
		"taken back":          {crm.RoleSeller, shared, fields{keys.viewShared: "0"}, CodeRole},
		"a manager's":         {crm.RoleManager, shared, fields{{ID: 1}: "Equipe"}, ""},
	} {
		told := stateOf(writer, c.told)
		var now *record.State
		if c.now != nil {
			now = stateOf(1, c.now)
			told = now.Clone()
			write(told, writer, c.told)
		}
		if _, reason := verdict(t, workspace(), everyone[c.role], crm.KindView, now, told.Whole()); reason != string(c.want) {
			t.Errorf("%s: %q", name, reason)
		}
	}
}

func TestThatALeadWasHandedOnIsToldAfterwards(t *testing.T) {
	told := stateOf(writer, fields{keys.lead[crm.KindEvent]: otherLead}).Whole()
	if got, reason := verdict(t, workspace(), everyone[crm.RoleManager], crm.KindEvent, nil, told); reason != "" {
		t.Errorf("%q, %v", reason, got)
	}
}

func TestAManagerMakesNobodyMoreThanASeller(t *testing.T) {
	h, d := workspace(), everyone[crm.RoleManager]
	for name, c := range map[string]struct {
		now    *record.State
		values fields
		want   crm.Code
		keys   int
	}{
		"a new admin":            {nil, fields{keys.userName: "Zé", keys.userRole: "admin"}, CodeRole, 3},
		"a new one of no role":   {nil, fields{keys.userName: "Zé"}, CodeRole, 2},
		"another manager":        {person(crm.RoleManager), fields{keys.userName: "Zé"}, CodeRole, 1},
		"a seller promoted":      {person(crm.RoleSeller), fields{keys.userName: "Zé", keys.userRole: "manager"}, CodeRole, 1},
		"a seller retired":       {person(crm.RoleSeller), fields{keys.userRetired: "1"}, "", 0},
		"a shop of another's":    {person(crm.RoleSeller), fields{{ID: keys.userShops.ID, Sub: otherShop}: "1"}, CodeShop, 1},
		"a role that isn't told": {person(crm.RoleSeller), fields{keys.userRole: "seller"}, "", 0},
	} {
		told := stateOf(writer, c.values).Whole()
		if c.now != nil {
			edited := c.now.Clone()
			write(edited, writer, c.values)
			told = edited.Whole()
		}
		if got, reason := verdict(t, h, d, crm.KindUser, c.now, told); reason != string(c.want) || len(got) != c.keys {
			t.Errorf("%s: %q, %v", name, reason, got)
		}
	}
}

func TestAnUnknownPersonMayWhatASellerMay(t *testing.T) {
	h := workspace()
	h.put(number(5), crm.KindUser, stateOf(1, fields{keys.userRole: "owner"}))
	h.put(number(6), crm.KindShop, stateOf(1, fields{keys.userRole: "admin"}))
	for _, user := range []string{number(5), number(6), number(77)} {
		d := everyone[crm.RoleSeller]
		d.User = asID(user)
		if _, reason := verdict(t, h, d, crm.KindSetting, nil, stateOf(writer, sample(crm.KindSetting)).Whole()); reason != string(CodeRole) {
			t.Errorf("%s: %q", user, reason)
		}
	}
}

func TestWhatCantBeReadIsAFailure(t *testing.T) {
	h := workspace()
	broken := func(id string, kind crm.Kind) {
		h.rows[asID(id)] = protocol.Row{ID: asID(id), Kind: uint32(kind), State: []byte("x")}
	}
	broken(sellerID, crm.KindUser)
	told := stateOf(writer, fields{keys.leadShop: otherShop}).Whole()
	if _, _, err := (Policy{}).Refuse(h, everyone[crm.RoleSeller], uint32(crm.KindLead), record.ID{}, nil, told); err == nil || strings.Contains(err.Error(), "x") && !strings.Contains(err.Error(), sellerID) {
		t.Errorf("a user: %v", err)
	}
	broken(otherShop, crm.KindShop)
	if _, _, err := (Policy{}).Refuse(h, everyone[crm.RoleManager], uint32(crm.KindLead), record.ID{}, stateOf(1, sample(crm.KindLead)), told); err == nil {
		t.Error("a shop that can't be read is one")
	}
}

func TestWhatIsSaidToBeAsItIsIsNeverRefused(t *testing.T) {
	h, d := workspace(), everyone[crm.RoleSeller]
	for _, kind := range kinds {
		now := stateOf(1, sample(kind))
		apart := stateOf(writer, sample(kind)) // filled apart, by the same template
		if keys, reason := verdict(t, h, d, kind, now, apart.Whole()); reason != "" {
			t.Errorf("kind %d: %q, %v", kind, reason, keys)
		}
	}
}

// One who may not write a field doesn't have others choose between what stands
// there and an own value either, though that one would not be shown.
func TestAValueThatWouldLoseIsRefusedAllTheSame(t *testing.T) {
	h, d := workspace(), everyone[crm.RoleSeller]
	name := record.Key{ID: 2}
	now := stateOf(writer+1, fields{name: "Em negociação"})
	told := now.Clone()
	told.Put(name, vv.Dot{Replica: writer, N: 1}, record.Clock(0))
	told.Fields[0].Value = "Conversando"
	told.Fields = append(told.Fields, now.Fields...) // the writer heard of that one since
	if shown, _ := told.Live(name); shown.Value != "Em negociação" {
		t.Fatalf("%q is shown", shown.Value)
	}
	if keys, reason := verdict(t, h, d, crm.KindStage, now, told.Partial([]record.Key{name}, false, 0)); reason != string(CodeRole) || !slices.Equal(keys, []record.Key{name}) {
		t.Errorf("%q, %v", reason, keys)
	}
}

func TestADeletedRecordIsNotBroughtBackByOneWhoMayNot(t *testing.T) {
	h, d := workspace(), everyone[crm.RoleSeller]
	now := stateOf(1, sample(crm.KindStage))
	now.Delete(vv.Dot{Replica: writer + 1, N: 1}, record.Clock(9))
	old := stateOf(writer, sample(crm.KindStage))
	for name, told := range map[string]record.Delta{"whole": old.Whole(), "a field": old.Partial([]record.Key{{ID: 1}}, false, 0)} {
		keys, reason := verdict(t, h, d, crm.KindStage, now, told)
		for _, k := range append(toldKeys(told), hub.LifeKey) {
			if reason != string(CodeRole) || !slices.Contains(keys, k) {
				t.Errorf("%s: %q, %v lacks %v", name, reason, keys, k)
			}
		}
	}
}

func TestWhatAWholeRecordLeavesOutIsNotTakenAway(t *testing.T) {
	h := workspace()
	now := stateOf(1, sample(crm.KindEvent))
	cut := now.Clone()
	cut.Fields = cut.Fields[:1] // all was seen, and some is held no more
	if keys, reason := verdict(t, h, everyone[crm.RoleSeller], crm.KindEvent, now, cut.Whole()); reason != string(CodeImmutable) || len(keys) != 1 {
		t.Errorf("%q, %v", reason, keys)
	}
}

func TestPlaces(t *testing.T) {
	whole := hub.Place{By: hub.Own}
	for name, c := range map[string]struct {
		kind   crm.Kind
		values fields
		want   hub.Place
	}{
		"a tag":                    {crm.KindTag, fields{{ID: 1}: "x"}, whole},
		"a lead":                   {crm.KindLead, fields{keys.leadShop: ownShop, keys.leadContact: otherContact}, hub.Place{By: hub.Own, Scope: asID(ownShop), Parents: []record.ID{asID(otherContact)}, Holds: true}},
		"a lead of no shop":        {crm.KindLead, fields{}, hub.Place{By: hub.Own, Holds: true}},
		"a lead of a strange shop": {crm.KindLead, fields{keys.leadShop: uuid.UUID(hub.Everything).String(), keys.leadContact: "x"}, hub.Place{By: hub.Own, Holds: true}},
		"a lead from another":      {crm.KindLead, fields{keyOf[crm.Lead]("OriginLeadID"): otherLead}, hub.Place{By: hub.Own, Holds: true}},
		"a contact merged":         {crm.KindContact, fields{keyOf[crm.Contact]("MergedInto"): otherContact}, hub.Place{By: hub.Children}},
		"a person of a company":    {crm.KindContact, fields{keys.contactCompany: otherContact}, hub.Place{By: hub.Children, Parents: []record.ID{asID(otherContact)}}},
		"two contacts apart":       {crm.KindPair, fields{keys.pairContact: otherContact, keys.pairInto: ownContact}, hub.Place{By: hub.Parent, Parents: []record.ID{asID(otherContact)}}},
		"two contacts merged":      {crm.KindPair, fields{keys.pairContact: otherContact, keys.pairInto: ownContact, keys.pairTaken: "[]"}, hub.Place{By: hub.Parent, Parents: []record.ID{asID(otherContact), asID(ownContact)}}},
		"an activity":              {crm.KindActivity, fields{keys.lead[crm.KindActivity]: ownLead}, hub.Place{By: hub.Parent, Parents: []record.ID{asID(ownLead)}}},
		"a photo": {crm.KindAttachment, fields{keys.lead[crm.KindAttachment]: ownLead, keys.attachmentHash: protocol.BlobID{7}.String()},
			hub.Place{By: hub.Parent, Parents: []record.ID{asID(ownLead)}, Blobs: []protocol.BlobID{{7}}}},
		"a photo of nowhere":  {crm.KindAttachment, fields{keys.attachmentHash: "../patio.db"}, hub.Place{By: hub.Parent}},
		"an event of nothing": {crm.KindEvent, fields{}, hub.Place{By: hub.Parent}},
		"a newer program's":   {99, fields{{ID: 1}: ownLead}, hub.Place{By: hub.Parent}},
	} {
		got := (Policy{}).Place(uint32(c.kind), stateOf(1, c.values))
		if got.By != c.want.By || got.Scope != c.want.Scope || got.Holds != c.want.Holds || !slices.Equal(got.Parents, c.want.Parents) || !slices.Equal(got.Blobs, c.want.Blobs) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Whatever is told, and however it was written: what a seller may not write
// shows, lives and is placed afterwards as before.
func TestWhatIsRefusedLeavesNoTrace(t *testing.T) {
	h := workspace()
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]crm.Kind{crm.KindShop, crm.KindUser, crm.KindReason, crm.KindPipeline, crm.KindStage, crm.KindSetting, crm.KindEvent}).Draw(t, "kind")
		now := drawn(t, "now", &record.State{}, vv.FirstDevice+1)
		base := &record.State{}
		if rapid.Bool().Draw(t, "seen") {
			base = now.Clone()
		}
		mine := drawn(t, "mine", base, writer)
		told := mine.Whole()
		if rapid.Bool().Draw(t, "partly") {
			told = mine.Partial(toldKeys(told), rapid.Bool().Draw(t, "life"), 0)
		}
		refused, _, err := (Policy{}).Refuse(h, everyone[crm.RoleSeller], uint32(kind), record.ID{}, now, told)
		if err != nil {
			t.Fatal(err)
		}
		after := now.Clone()
		if len(refused) == 0 {
			after.Merge(told, writer)
		} else {
			merge(after, told, refused)
		}
		for _, f := range append(slices.Clone(now.Fields), after.Fields...) {
			if textIn(now, f.Key) != textIn(after, f.Key) {
				t.Fatalf("field %v shows %q, did show %q; refused %v", f.Key, textIn(after, f.Key), textIn(now, f.Key), refused)
			}
		}
		if now.Dead() != after.Dead() {
			t.Fatalf("dead %v, was %v; refused %v", after.Dead(), now.Dead(), refused)
		}
	})
}

// merge takes in what wasn't refused, as a hub does: what is refused has no dot.
func merge(s *record.State, told record.Delta, refused []record.Key) {
	no := func(k record.Key) bool { return slices.Contains(refused, k) }
	keys := slices.DeleteFunc(slices.Clone(toldKeys(told)), no)
	life := (told.LifeToo || told.Complete) && !no(hub.LifeKey)
	if len(keys) == 0 && !life {
		return
	}
	part := told.Partial(keys, life, 0)
	last := s.Seen.At(writer)
	for _, f := range part.Fields {
		if f.Dot.Replica == writer {
			last = max(last, f.Dot.N)
		}
	}
	for _, l := range part.Life {
		if l.Dot.Replica == writer {
			last = max(last, l.Dot.N)
		}
	}
	part.Seen = slices.Clone(part.Seen)
	for i := range part.Seen {
		if part.Seen[i].Replica == writer {
			part.Seen[i].N = min(part.Seen[i].N, last)
		}
	}
	part.Seen = slices.DeleteFunc(part.Seen, func(c vv.Counter) bool { return c.N == 0 })
	s.Merge(part, writer)
}

// drawn writes at random on.
func drawn(t *rapid.T, name string, s *record.State, by vv.Replica) *record.State {
	s = s.Clone()
	for range rapid.IntRange(0, 5).Draw(t, name) {
		d := vv.Dot{Replica: by, N: s.Seen.At(by) + 1}
		key := record.Key{ID: uint16(rapid.IntRange(1, 3).Draw(t, "field"))}
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			s.Delete(d, record.Clock(int64(rapid.IntRange(1, 9).Draw(t, "at"))))
		case 1:
			s.Revive(d, record.Clock(int64(rapid.IntRange(1, 9).Draw(t, "at"))))
		default:
			write(s, by, fields{key: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "value")})
		}
	}
	return s
}

func TestUsersGoThroughTheirRecord(t *testing.T) {
	s := stateOf(1, fields(UserFields(crm.User{Name: "Ana", Role: "manager", Retired: true}, []string{ownShop, otherShop}, []string{noShop, ownShop})))
	write(s, 1, fields{{ID: keys.userShops.ID, Sub: "no id"}: "1"})
	if u, shops := ReadUser(s); u.Name != "Ana" || u.Role != "manager" || !u.Retired || !slices.Equal(shops, []string{ownShop, otherShop}) {
		t.Errorf("%+v %v", u, shops)
	}
	if ShopName(stateOf(1, fields{keys.shopName: "Centro"})) != "Centro" {
		t.Error("a shop's name")
	}
}

// The field that only hubs know must not be given to another one.
func TestNoFieldOfAUserHasTheNumberOfItsShops(t *testing.T) {
	for _, field := range []string{"Name", "Role", "Retired"} {
		if keyOf[crm.User](field).ID == keys.userShops.ID {
			t.Errorf("%s has it", field)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a field without a number has one")
		}
	}()
	keyOf[crm.User]("ID")
}

func TestOnlyAnAdminsDeviceManagesOthers(t *testing.T) {
	for role, d := range everyone {
		if may, err := (Policy{}).Manages(workspace(), d); err != nil || may != (role == crm.RoleAdmin) {
			t.Errorf("%s: %v, %v", role, may, err)
		}
	}
	if may, err := (Policy{}).Manages(workspace(), hub.Device{User: asID(number(99))}); err != nil || may {
		t.Errorf("one that nobody knows: %v, %v", may, err)
	}
}
