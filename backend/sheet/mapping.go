package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// Codes of a mapping that can't be imported with.
const (
	CodeUnknownColumn crm.Code = "mapping.unknown_column" // column
	CodeUnknownField  crm.Code = "mapping.unknown_field"  // field
	CodeFieldTwice    crm.Code = "mapping.field_twice"    // field, column
	CodeNoName        crm.Code = "mapping.no_name"
	CodeNoContact     crm.Code = "mapping.no_contact"
)

// Column says what one column of a sheet means.
type Column struct {
	Header string `json:"header"` // as in the file, or its letters
	Field  Field  `json:"field"`
}

// Mapping says what each column of a sheet means, in the file's order.
type Mapping []Column

// guess is a proposal for one column; the surest gets a field that only one
// column can have.
type guess struct {
	field Field
	sure  int // percent
}

// Suggest proposes a mapping from the headers and, where those say nothing or
// too much, from the values. What is not understood becomes notes.
func (s *Sheet) Suggest() Mapping {
	guesses := make([]guess, len(s.Headers))
	for i := range guesses {
		if strings.HasSuffix(s.Headers[i], CustomMark) {
			guesses[i] = guess{FieldNote, 100}
			continue
		}
		guesses[i] = guessColumn(format.FoldWords(s.Headers[i]), &s.Profiles[i])
	}
	s.guessName(guesses)
	taken := map[Field]int{} // field → the column that has it
	for i, g := range guesses {
		if g.field.Several() {
			continue
		}
		if other, ok := taken[g.field]; !ok || g.sure > guesses[other].sure {
			if ok {
				guesses[other].field = FieldNote
			}
			taken[g.field] = i
		} else {
			guesses[i].field = FieldNote
		}
	}
	m := make(Mapping, len(guesses))
	for i, g := range guesses {
		m[i] = Column{s.columnTitle(i), g.field}
	}
	return m
}

// telling is how many values it takes to doubt a header.
const telling = 5

func guessColumn(header string, p *Profile) guess {
	field, sure := headers().find(header)
	byValue := guessByValue(p)
	if sure == 0 {
		if header != "" && (byValue.field == FieldCreated || byValue.field == FieldValue || byValue.field == FieldDocument) {
			return guess{FieldNote, 0} // a date or a sum of something else
		}
		return byValue
	}
	switch field {
	case FieldName, FieldNotes: // "Contato", "Cliente", "Detalhes" may hold anything
		if byValue.field == FieldPhone || byValue.field == FieldEmail {
			return byValue
		}
	case FieldStage: // "Estado" is a stage in Spanish and "SP" in Portuguese
		if header == "estado" && p.Filled > 0 && p.MaxLength <= 2 {
			return guess{FieldNote, 0}
		}
	case FieldID, FieldContactID:
		if !p.mostly(p.IDs, 90) {
			return guess{FieldNote, 0} // another program's number
		}
	case FieldCreated, FieldBirthday, FieldArchived:
		if p.Sampled >= telling && p.Dates == 0 {
			return guess{FieldNote, 0}
		}
	case FieldPlate: // "matrícula" is a plate in Spanish and an enrolment in Portuguese
		if p.Sampled >= telling && p.Plates == 0 {
			return guess{FieldNote, 0}
		}
	}
	return guess{field, sure}
}

func guessByValue(p *Profile) guess {
	switch {
	case p.mostly(p.Emails, 60):
		return guess{FieldEmail, 30}
	case p.mostly(p.Documents, 60) && p.Documents >= p.Phones:
		return guess{FieldDocument, 30}
	case p.mostly(p.Phones, 60):
		return guess{FieldPhone, 30}
	case p.mostly(p.Plates, 60):
		return guess{FieldPlate, 30}
	case p.mostly(p.IDs, 90):
		return guess{FieldID, 20}
	case p.mostly(p.Dates, 80):
		return guess{FieldCreated, 10}
	case p.mostly(p.Amounts, 80):
		return guess{FieldValue, 10}
	}
	return guess{FieldNote, 0}
}

// guessName makes the column that looks most like names the name, when no
// header says which it is.
func (s *Sheet) guessName(guesses []guess) {
	best := -1
	for i, g := range guesses {
		switch g.field {
		case FieldName, FieldFirstName:
			return
		case FieldNote:
			if p := &s.Profiles[i]; p.mostly(p.Names, 60) && (best < 0 || p.Names > s.Profiles[best].Names) {
				best = i
			}
		}
	}
	if best >= 0 {
		guesses[best] = guess{FieldName, 10}
	}
}

// Signature names a set of headers, whatever their order, so that a mapping
// can be remembered for the next file that has the same.
func Signature(titles []string) string {
	folded := make([]string, len(titles))
	for i, h := range titles {
		folded[i] = format.FoldWords(h)
	}
	slices.Sort(folded)
	sum := sha256.Sum256([]byte(strings.Join(folded, "\x1f")))
	return hex.EncodeToString(sum[:16])
}

// Recall puts a remembered mapping onto the columns of s, by header. Columns
// that it doesn't know keep what Suggest proposes.
func (s *Sheet) Recall(remembered Mapping) Mapping {
	m := s.Suggest()
	left := slices.Clone(remembered)
	for i := range m {
		title := format.FoldWords(m[i].Header)
		at := slices.IndexFunc(left, func(c Column) bool { return format.FoldWords(c.Header) == title && c.Field.known() })
		if at >= 0 {
			m[i].Field = left[at].Field
			left = slices.Delete(left, at, at+1)
		}
	}
	return m
}

// Set maps the column with this header, or these letters, to a field.
func (m Mapping) Set(header string, field Field) error {
	if !field.known() {
		return crm.NewError(CodeUnknownField, "", "field", string(field))
	}
	title := format.FoldWords(header)
	at := slices.IndexFunc(m, func(c Column) bool { return format.FoldWords(c.Header) == title })
	for i := 0; at < 0 && i < len(m); i++ {
		if strings.EqualFold(ColumnName(i), strings.TrimSpace(header)) {
			at = i
		}
	}
	if at < 0 {
		return crm.NewError(CodeUnknownColumn, "", "column", header)
	}
	m[at].Field = field
	return nil
}

// Check refuses a mapping under which no row could become a lead, or two
// columns would write one field.
func (m Mapping) Check() error {
	has := map[Field]bool{}
	for _, c := range m {
		if !c.Field.known() {
			return crm.NewError(CodeUnknownField, "", "field", string(c.Field))
		}
		if has[c.Field] && !c.Field.Several() {
			return crm.NewError(CodeFieldTwice, "", "field", string(c.Field), "column", c.Header)
		}
		has[c.Field] = true
	}
	switch {
	case !has[FieldName] && !has[FieldFirstName] && !has[FieldLastName] && !has[FieldCompany]:
		return crm.NewError(CodeNoName, "")
	case !has[FieldPhone] && !has[FieldEmail]:
		return crm.NewError(CodeNoContact, "")
	}
	return nil
}
