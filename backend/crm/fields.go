package crm

import "slices"

// What a custom field is of.
const (
	TargetLead    = "lead"
	TargetContact = "contact"
)

// Types of custom field, and how each writes a value.
const (
	FieldText   = "text"     // one line
	FieldLong   = "longText" // several lines
	FieldNumber = "number"   // decimal with a dot: "-12.5"; at most four decimals
	FieldMoney  = "money"    // cents: "9990000"
	FieldDate   = "date"     // YYYY-MM-DD
	FieldBool   = "bool"     // "1" yes, "0" no
	FieldChoice = "choice"   // a choice's id
	FieldMulti  = "multi"    // ids of choices in their own order, a comma between them
	FieldPhone  = "phone"    // E.164
	FieldURL    = "url"      // http or https
)

// FieldTypes in the order in which the window offers them.
var FieldTypes = []string{FieldText, FieldLong, FieldNumber, FieldMoney, FieldDate, FieldBool, FieldChoice, FieldMulti, FieldPhone, FieldURL}

// HasChoices says whether a field of this type offers choices.
func HasChoices(fieldType string) bool { return fieldType == FieldChoice || fieldType == FieldMulti }

// Limits of custom fields.
const (
	MaxFields     = 50  // of leads, and as many of contacts, the retired not counted
	MaxChoices    = 200 // of one field
	MaxCardFields = 2   // shown on a card
)

// ShownFields answers the fields that a card or the list shows.
func ShownFields(all []Field) []Field {
	out := CardFields(all)
	for _, f := range all {
		if f.OnList && !f.Retired && !slices.ContainsFunc(out, func(o Field) bool { return o.ID == f.ID }) {
			out = append(out, f)
		}
	}
	return out
}

// CardFields answers the fields that a card shows, of all by position.
func CardFields(all []Field) []Field {
	var out []Field
	for _, f := range all {
		if f.OnCard && !f.Retired && len(out) < MaxCardFields {
			out = append(out, f)
		}
	}
	return out
}
