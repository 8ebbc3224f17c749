package store

import (
	"strconv"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
)

// standardField is a field that every lead or its contact has, which a filter
// may name as it names a custom one.
type standardField struct {
	way    string // see Field*: text, money, date, choice; wayMoment
	column string // of leads l, of contacts k, or of a contact's entries e
	table  string // the contact's table with that column; "" of the lead
	digits bool   // kept as digits only
}

// wayMoment is of ms UTC, asked by day.
const wayMoment = "moment"

const (
	theContact = "contacts k WHERE k.id = l.contact_id"
	thePhones  = "contacts k CROSS JOIN contact_phones e ON e.owner = k.rid WHERE k.id = l.contact_id"
	theEmails  = "contacts k CROSS JOIN contact_emails e ON e.owner = k.rid WHERE k.id = l.contact_id"
)

// standardFields by the json name of crm.Lead's and crm.Contact's fields.
var standardFields = map[string]standardField{
	"valueCents":  {way: crm.FieldMoney, column: "l.value_cents"},
	"vehicle":     {way: crm.FieldText, column: "l.vehicle"},
	"plate":       {way: crm.FieldText, column: "l.plate"},
	"subject":     {way: crm.FieldText, column: "l.subject"},
	"reasonNote":  {way: crm.FieldText, column: "l.reason_note"},
	"shopId":      {way: crm.FieldChoice, column: "l.shop"},
	"reasonId":    {way: crm.FieldChoice, column: "l.reason"},
	"stageSince":  {way: wayMoment, column: "l.stage_since"},
	"lastContact": {way: wayMoment, column: "l.last_contact"},
	"nextDue":     {way: wayMoment, column: "l.next_due"},
	"name":        {way: crm.FieldText, column: "k.name", table: theContact},
	"company":     {way: crm.FieldText, column: "k.company", table: theContact},
	"city":        {way: crm.FieldText, column: "k.city", table: theContact},
	"address":     {way: crm.FieldText, column: "k.address", table: theContact},
	"document":    {way: crm.FieldText, column: "k.document", table: theContact, digits: true},
	"birthday":    {way: crm.FieldDate, column: "k.birthday", table: theContact},
	"phones":      {way: crm.FieldText, column: "e.key", table: thePhones, digits: true},
	"emails":      {way: crm.FieldText, column: "e.key", table: theEmails},
}

// standard narrows by a standard field. Errors: invalid.
func (m *match) standard(s *Store, field standardField, f crm.FieldFilter) error {
	var parts []string
	var args []any
	and := func(part string, list ...any) { parts, args = append(parts, field.column+part), append(args, list...) }
	switch field.way {
	case crm.FieldChoice:
		if len(f.Any) > 0 {
			and(oneOf(len(f.Any)), anys(s.refsOf(f.Any))...)
		}
	case crm.FieldMoney, crm.FieldDate, wayMoment:
		for i, end := range []string{f.From, f.To} {
			if end == "" {
				continue
			}
			bound, err := field.bound(end, i, s.Zone())
			if err != nil {
				return crm.NewError(crm.CodeInvalid, f.FieldID, "value", end)
			}
			and([]string{" >= ?", " <= ?"}[i], bound)
		}
		if len(parts) > 0 && field.way != crm.FieldMoney {
			and(field.set()) // what never was is in no span
		}
	default:
		text := f.Text
		if field.digits {
			text = digitsOf(text)
		} else if f.FieldID == "plate" {
			text = strings.ReplaceAll(text, "-", "")
		}
		if text = strings.TrimSpace(text); text != "" {
			and(" GLOB ?", containing(text))
		} else if strings.TrimSpace(f.Text) != "" {
			return crm.NewError(crm.CodeInvalid, f.FieldID, "value", f.Text)
		}
	}
	if len(parts) == 0 {
		return nil
	}
	sql := strings.Join(parts, " AND ")
	if field.table != "" {
		sql = "EXISTS (SELECT 1 FROM " + field.table + " AND " + sql + ")"
	}
	m.terms = append(m.terms, term{column: "standard", sql: "(" + sql + ")", args: args})
	return nil
}

// set is what a column holds once there is something in it.
func (f standardField) set() string {
	if f.way == crm.FieldDate {
		return " <> ''"
	}
	return " <> 0"
}

// bound reads an end of a range, 0 the first and 1 the last, both inclusive.
func (f standardField) bound(end string, which int, zone *time.Location) (any, error) {
	if f.way == crm.FieldMoney {
		return strconv.ParseInt(end, 10, 64)
	}
	day, err := time.ParseInLocation(time.DateOnly, end, zone)
	if err != nil || f.way == crm.FieldDate {
		return end, err
	}
	return day.AddDate(0, 0, which).UnixMilli() - int64(which), nil
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// containing is the GLOB that a text matches which contains another, whatever
// its case and accents: no column holds these fields folded.
func containing(text string) string {
	var b strings.Builder
	b.WriteByte('*')
	for _, folded := range format.Fold(text) {
		var class []rune
		for r := rune('!'); r < 0x180; r++ { // as far as letters of Western languages go
			if r != ']' && format.Fold(string(r)) == string(folded) {
				class = append(class, r)
			}
		}
		if len(class) == 0 {
			class = []rune{folded}
		}
		b.WriteString("[" + string(class) + "]")
	}
	b.WriteByte('*')
	return b.String()
}
