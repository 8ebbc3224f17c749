package sheet

import (
	"slices"
	"strings"
	"unicode/utf8"

	"patio/backend/crm"
	"patio/backend/format"
)

// Phone is a telephone of a row, with what stood beside it ("esposa").
type Phone struct {
	format.Phone
	Label string
}

// Note is a value that has no field of its own, under its column's title.
type Note struct {
	Column string
	Text   string
}

// Lead is what a row says, parsed. Names of stages, owners, sources, shops and
// tags are as written; the store finds or makes what they name.
type Lead struct {
	ID        string           // UUID of one of our leads, from our own export
	ContactID string           // UUID
	Custom    []crm.FieldValue // of fields that the dealer added, as they are kept

	Name     string
	Company  string
	Phones   []Phone
	Emails   []string // lower case
	Document format.Document
	City     string
	Address  string
	Zip      string // 8 digits
	Birthday string // YYYY-MM-DD

	Vehicle       string
	Plate         format.Plate
	Value         format.Money // Currency is "" when the row has no value
	Pipeline      string
	Stage         string
	Owner         string
	Source        string
	Shop          string
	Subject       string
	Qualification string
	Reason        string
	Tags          []string
	Timeframe     string        // crm.Timeframe*
	Created       format.Moment // Day is "" when the row has none
	Archived      format.Moment

	Rest  string   // JSON of our own export, "" for any other sheet
	Notes []string // of the columns that are notes
	Extra []Note   // unknown columns, and values that could not be read
}

// noteLength is how many characters one note of a lead may have.
const noteLength = 20_000

// NoteTexts answers everything the row says beyond its fields, as the texts of
// one note, or of several when it would be too long.
func (l *Lead) NoteTexts() []string {
	lines := slices.Clone(l.Notes)
	for _, n := range l.Extra {
		lines = append(lines, n.Column+": "+n.Text)
	}
	var texts []string
	var b strings.Builder
	length := 0
	for _, line := range lines {
		for line != "" {
			part := line
			if utf8.RuneCountInString(part) > noteLength {
				part = string([]rune(part)[:noteLength])
			}
			line = line[len(part):]
			n := utf8.RuneCountInString(part)
			if length > 0 && length+1+n > noteLength {
				texts = append(texts, b.String())
				b.Reset()
				length = 0
			}
			if length > 0 {
				b.WriteByte('\n')
				length++
			}
			b.WriteString(part)
			length += n
		}
	}
	if length > 0 {
		texts = append(texts, b.String())
	}
	return texts
}

// Keys are what makes two leads the same contact, and two vehicles the same.
type Keys struct {
	Phones   []string // format.MatchKey
	Emails   []string
	Document string
	Vehicle  string // folded words, "" when the row names none
	Plate    string // Mercosul form
}

// Keys answers the keys of a lead.
func (l *Lead) Keys() Keys {
	k := Keys{Emails: l.Emails, Document: l.Document.Value, Vehicle: format.FoldWords(l.Vehicle), Plate: l.Plate.Key}
	for _, p := range l.Phones {
		if key := format.MatchKey(p.E164); !slices.Contains(k.Phones, key) {
			k.Phones = append(k.Phones, key)
		}
	}
	return k
}

// SameContact says whether two leads share a phone, an e-mail or a document.
func (k Keys) SameContact(other Keys) bool {
	shared := func(a, b []string) bool {
		return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
	}
	return shared(k.Phones, other.Phones) || shared(k.Emails, other.Emails) ||
		k.Document != "" && k.Document == other.Document
}

// SameVehicle says whether two leads are about one vehicle: by plate where
// both name one, else by its name. A lead without a vehicle is about the same
// as any: it asks nothing new.
func (k Keys) SameVehicle(other Keys) bool {
	if k.Plate != "" && other.Plate != "" {
		return k.Plate == other.Plate
	}
	if k.Vehicle == "" && k.Plate == "" || other.Vehicle == "" && other.Plate == "" {
		return true
	}
	return k.Vehicle == other.Vehicle
}
