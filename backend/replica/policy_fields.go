package replica

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/sync/hub"
	"patio/sync/record"
)

// userOnHub is a user with what only hubs know yet: the shops whose records the
// user's devices see, each a flag. The program keeps what it doesn't know as it
// came.
type userOnHub struct {
	crm.User
	Shops []string `set:"user_shops" fid:"4"`
}

// keys are the fields that the policy reads, by the tags of the entities.
var keys = struct {
	shopName, userName, userRole, userRetired, userShops record.Key
	leadShop, leadContact, leadPlace, leadArchived       record.Key
	contactCompany                                       record.Key
	contactInto, pairContact, pairInto, pairTaken        record.Key
	viewShared                                           record.Key
	stageKind, settingKey, settingValue                  record.Key
	attachmentHash                                       record.Key
	lead                                                 map[crm.Kind]record.Key // of what belongs to a lead
}{
	shopName: keyOf[crm.Shop]("Name"), userName: keyOf[crm.User]("Name"), userRole: keyOf[crm.User]("Role"), userRetired: keyOf[crm.User]("Retired"),
	userShops: keyOf[userOnHub]("Shops"), leadShop: keyOf[crm.Lead]("ShopID"), leadContact: keyOf[crm.Lead]("ContactID"), leadPlace: keyOf[crm.Lead]("StageID"), leadArchived: keyOf[crm.Lead]("ArchivedAt"),
	viewShared: keyOf[crm.View]("Shared"), contactCompany: keyOf[crm.Contact]("CompanyID"),
	contactInto: keyOf[crm.Contact]("MergedInto"), pairContact: keyOf[crm.Pair]("ContactID"), pairInto: keyOf[crm.Pair]("IntoID"), pairTaken: keyOf[crm.Pair]("Taken"),
	stageKind: keyOf[crm.Stage]("Kind"), settingKey: keyOf[crm.Setting]("Key"), settingValue: keyOf[crm.Setting]("Value"),
	attachmentHash: keyOf[crm.Attachment]("Hash"),
	lead: map[crm.Kind]record.Key{
		crm.KindMark: keyOf[crm.Mark]("LeadID"), crm.KindActivity: keyOf[crm.Activity]("LeadID"), crm.KindEvent: keyOf[crm.Event]("LeadID"),
		crm.KindAttachment: keyOf[crm.Attachment]("LeadID"),
	},
}

// leadPlaceTexts is how many columns a lead's place is: stage, rank, and since when.
const leadPlaceTexts = 3

// keyOf reads a field's key off its tag.
func keyOf[T any](field string) record.Key {
	f, ok := reflect.TypeFor[T]().FieldByName(field)
	id, err := strconv.ParseUint(f.Tag.Get("fid"), 10, 16)
	if !ok || err != nil || id == 0 {
		panic("replica: " + reflect.TypeFor[T]().Name() + " has no synced field " + field) // a mistake in the line above
	}
	return record.Key{ID: uint16(id)}
}

// textIn answers the value that a field shows, "" of none.
func textIn(s *record.State, k record.Key) string {
	f, _ := s.Live(k)
	return f.Value
}

// idIn answers the id that a field shows.
func idIn(s *record.State, k record.Key) (record.ID, bool) {
	id := asID(textIn(s, k))
	return id, id != record.ID{}
}

// asID reads a UUID as it stands in records, zero of what is none, or stands for
// all scopes.
func asID(text string) record.ID {
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 || record.ID(id) == hub.Everything {
		return record.ID{}
	}
	return record.ID(id)
}

func parentsIn(s *record.State, k record.Key) []record.ID {
	if id, ok := idIn(s, k); ok {
		return []record.ID{id}
	}
	return nil
}

// changed answers the keys of what a device tells that would show another value
// than now, the life among them, or put another one beside it that a person would
// have to choose from. Whatever is told of a deleted record may bring it back, be
// it only that its writer wrote.
func changed(now *record.State, told record.Delta) []record.Key {
	if now == nil {
		now = &record.State{}
	}
	dead := now.Dead()
	var out []record.Key
	if dead || (told.LifeToo || told.Complete) && tellsLife(now, told) {
		out = append(out, hub.LifeKey)
	}
	for _, k := range toldKeys(told) {
		was, there := now.Live(k)
		is, tells := told.State.Live(k)
		beside := func(f record.Field) bool { return f.Key == k && f.Value != was.Value && !now.Seen.Has(f.Dot) }
		if dead || there != tells || was.Value != is.Value || slices.ContainsFunc(told.Fields, beside) {
			out = append(out, k)
		}
	}
	if told.Complete { // what it leaves out is taken away, if its writer had seen it
		for _, f := range now.Fields {
			if _, tells := told.State.Live(f.Key); !tells && told.Seen.Has(f.Dot) && !slices.Contains(out, f.Key) {
				out = append(out, f.Key)
			}
		}
	}
	return out
}

// tellsLife says whether a device tells a deletion or a return that isn't there
// yet, or takes one away. What it leaves of the record's life depends on what
// else of it is refused.
func tellsLife(now *record.State, told record.Delta) bool {
	return slices.ContainsFunc(told.Life, func(l record.Life) bool { return !now.Seen.Has(l.Dot) }) ||
		slices.ContainsFunc(now.Life, func(l record.Life) bool {
			return told.Seen.Has(l.Dot) && !slices.ContainsFunc(told.Life, func(o record.Life) bool { return o.Dot == l.Dot })
		})
}

// toldKeys answers the fields that are told, each once. A complete record tells
// those that it has.
func toldKeys(told record.Delta) []record.Key {
	if !told.Complete {
		return told.Keys
	}
	var out []record.Key
	for i, f := range told.Fields {
		if i == 0 || f.Key != told.Fields[i-1].Key {
			out = append(out, f.Key)
		}
	}
	return out
}

// UserFields are the fields of a user's record that a hub makes. former are the
// shops that the user had, by id: those that aren't among shops go.
func UserFields(u crm.User, shops, former []string) map[record.Key]string {
	fields := map[record.Key]string{keys.userName: u.Name, keys.userRole: u.Role, keys.userRetired: flag(u.Retired)}
	for _, shop := range slices.Concat(former, shops) {
		fields[record.Key{ID: keys.userShops.ID, Sub: shop}] = flag(slices.Contains(shops, shop))
	}
	return fields
}

// ReadUser reads a user from its record, and the shops whose records the user's
// devices see, by id.
func ReadUser(s *record.State) (u crm.User, shops []string) {
	u = crm.User{Name: textIn(s, keys.userName), Role: textIn(s, keys.userRole), Retired: textIn(s, keys.userRetired) == flag(true)}
	shops = []string{}
	for _, f := range s.Fields {
		if id := asID(f.Key.Sub); f.Key.ID == keys.userShops.ID && id != (record.ID{}) && textIn(s, f.Key) == flag(true) {
			shops = append(shops, uuid.UUID(id).String())
		}
	}
	return u, slices.Compact(shops)
}

// ShopName reads a shop's name from its record.
func ShopName(s *record.State) string { return textIn(s, keys.shopName) }

// flag writes a truth as records hold it.
func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
