package sheet

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"

	"github.com/google/uuid"
)

// Codes of warnings beside those of package format. Every warning has the
// params "column" and "value"; the value is kept in the lead's notes.
const (
	CodeID        crm.Code = "id.invalid"
	CodeTimeframe crm.Code = "timeframe.invalid"
)

// Result is what became of one row: a lead, or why it is refused.
type Result struct {
	Row      Row
	Lead     Lead
	Warnings []*crm.Error // values that could not be read; the lead is good without
	Refusals []*crm.Error // not empty: the row makes no lead
}

// Refused says whether the row makes no lead.
func (r *Result) Refused() bool { return len(r.Refusals) > 0 }

// Reading says how values are read that don't say it themselves.
type Reading struct {
	Zone   *time.Location // of dates without an offset
	Region string         // of phones without a country code, see format.ParsePhone

	// Custom reads a value of a field that the dealer added; nil leaves them out.
	Custom func(fieldID, text string, order format.DateOrder) (string, error)
}

// Parser turns the rows of one sheet into leads. It is good for one goroutine.
type Parser struct {
	columns []columnReader
	reading Reading
	abroad  string // country of the sheet's foreign numbers, "" when it has none
}

type columnReader struct {
	field Field
	title string
	order format.DateOrder
}

// NewParser makes a parser for the rows of s under a mapping that was checked.
func NewParser(s *Sheet, m Mapping, reading Reading) *Parser {
	p := &Parser{reading: reading}
	abroad := map[string]int{}
	for i, c := range m {
		reader := columnReader{field: c.Field, title: s.columnTitle(i)}
		if i < len(s.Profiles) {
			reader.order = s.Profiles[i].DateOrder()
			for country, n := range s.Profiles[i].Abroad {
				abroad[country] += n
			}
		}
		p.columns = append(p.columns, reader)
	}
	for country, n := range abroad {
		if best := abroad[p.abroad]; n > best || n == best && country < p.abroad {
			p.abroad = country
		}
	}
	return p
}

// Parse reads one row. Nothing that the row says is dropped: what can't be
// read goes to the lead's notes under its column's title, with a warning.
func (p *Parser) Parse(row Row) Result {
	r := Result{Row: row}
	l := &r.Lead
	var first, last, nameTitle string
	for i, cell := range row.Cells {
		if i >= len(p.columns) {
			break
		}
		c := &p.columns[i]
		text := strings.TrimSpace(cell)
		if text == "" || c.field == FieldIgnore {
			continue
		}
		var err *crm.Error
		switch c.field {
		case FieldNote:
			l.Extra = append(l.Extra, Note{c.title, text})
		case FieldNotes:
			l.Notes = append(l.Notes, text)
		case FieldRest:
			l.Rest += cell // a piece may begin or end with a space
		default:
			if dash(text) {
				continue
			}
			switch c.field {
			case FieldName:
				err, nameTitle = line(&l.Name, text), c.title
			case FieldFirstName:
				err, nameTitle = line(&first, text), c.title
			case FieldLastName:
				err, nameTitle = line(&last, text), c.title
			default:
				err = p.readCell(l, c, text)
			}
		}
		if err != nil {
			l.Extra = append(l.Extra, Note{c.title, text})
			r.Warnings = append(r.Warnings, crm.NewError(err.Code, string(c.field), "column", c.title, "value", text))
		}
	}
	if name := fullName(l.Name, first, last); line(&l.Name, name) != nil {
		l.Name = cmp.Or(l.Name, first, last) // each fits by itself, and one is enough
		l.Extra = append(l.Extra, Note{nameTitle, name})
		r.Warnings = append(r.Warnings, crm.NewError(crm.CodeTooLong, string(FieldName), "column", nameTitle, "value", name))
	}
	if l.Name == "" {
		l.Name = l.Company // a firm that calls is a lead
	}
	r.Refusals = refuse(l, r.Warnings)
	return r
}

// readCell puts one value into its field, or says why it can't.
func (p *Parser) readCell(l *Lead, c *columnReader, text string) *crm.Error {
	var err error
	if id, custom := c.field.Custom(); custom {
		if p.reading.Custom == nil {
			return nil
		}
		value, err := p.reading.Custom(id, text, c.order)
		if err != nil {
			return err.(*crm.Error)
		}
		l.Custom = append(l.Custom, crm.FieldValue{FieldID: id, Value: value})
		return nil
	}
	switch c.field {
	case FieldCompany:
		return line(&l.Company, text)
	case FieldPhone:
		return p.phones(l, text)
	case FieldEmail:
		return emails(l, text)
	case FieldDocument:
		l.Document, err = format.ParseDocument(text)
	case FieldPlate:
		l.Plate, err = format.ParsePlate(text)
	case FieldValue:
		l.Value, err = format.ParseMoney(text)
	case FieldZip:
		l.Zip, err = format.ParseCEP(text)
	case FieldCreated:
		l.Created, err = format.ParseDate(text, c.order, p.reading.Zone)
	case FieldArchived:
		l.Archived, err = format.ParseDate(text, c.order, p.reading.Zone)
	case FieldBirthday:
		var m format.Moment
		m, err = format.ParseDate(text, c.order, p.reading.Zone)
		l.Birthday = m.Day
	case FieldVehicle:
		var part string
		if err := line(&part, text); err != nil {
			return err
		}
		return line(&l.Vehicle, l.Vehicle+" "+part)
	case FieldTag:
		return tag(l, text)
	case FieldTags:
		for _, t := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\n", r) }) {
			if err := tag(l, t); err != nil {
				return err
			}
		}
		return nil
	case FieldTimeframe:
		l.Timeframe = timeframe(text)
		if l.Timeframe == "" {
			return crm.NewError(CodeTimeframe, "timeframe")
		}
		return nil
	case FieldQualification:
		if err := line(&l.Qualification, text); err != nil {
			return err
		}
		l.Qualification = qualification(l.Qualification)
		return nil
	case FieldID:
		l.ID, err = id(text)
	case FieldContactID:
		l.ContactID, err = id(text)
	default:
		return line(textField(l, c.field), text)
	}
	if err != nil {
		return err.(*crm.Error)
	}
	return nil
}

// textField answers where a field of plain text is kept.
func textField(l *Lead, field Field) *string {
	switch field {
	case FieldCity:
		return &l.City
	case FieldAddress:
		return &l.Address
	case FieldSource:
		return &l.Source
	case FieldPipeline:
		return &l.Pipeline
	case FieldStage:
		return &l.Stage
	case FieldOwner:
		return &l.Owner
	case FieldShop:
		return &l.Shop
	case FieldSubject:
		return &l.Subject
	case FieldReason:
		return &l.Reason
	}
	panic("sheet: no place for the field " + string(field))
}

// refuse applies the rule of leads: a name, and a phone or an e-mail. What
// stood in the phone's and e-mail's cells is told, for a person to mend.
func refuse(l *Lead, warnings []*crm.Error) []*crm.Error {
	var refusals []*crm.Error
	if l.Name == "" {
		refusals = append(refusals, crm.NewError(crm.CodeRequired, "name"))
	}
	if len(l.Phones) == 0 && len(l.Emails) == 0 {
		why := crm.NewError(crm.CodeLeadContact, "phone")
		for _, w := range warnings {
			if w.Field == string(FieldPhone) || w.Field == string(FieldEmail) {
				why = crm.NewError(crm.CodeLeadContact, w.Field, "column", w.Params["column"], "value", w.Params["value"])
				break
			}
		}
		refusals = append(refusals, why)
	}
	return refusals
}

// line keeps a text of one line, unless it is too long for one.
func line(to *string, text string) *crm.Error {
	text, err := crm.CheckLine("", text)
	if err != nil {
		return err.(*crm.Error)
	}
	*to = text
	return nil
}

func tag(l *Lead, text string) *crm.Error {
	var name string
	if err := line(&name, text); err != nil {
		return err
	}
	if name != "" && !slices.Contains(l.Tags, name) {
		l.Tags = append(l.Tags, name)
	}
	return nil
}

func id(text string) (string, error) {
	u, err := uuid.Parse(text)
	if err != nil {
		return "", crm.NewError(CodeID, "id")
	}
	return u.String(), nil
}

// fullName joins the parts of a name, whichever columns the sheet has. Beside a
// first name, "name" is often the family's.
func fullName(name, first, last string) string {
	if !strings.HasPrefix(format.Fold(name), format.Fold(first)) {
		name = strings.TrimSpace(first + " " + name)
	}
	if !strings.HasSuffix(format.Fold(name), format.Fold(last)) {
		name = strings.TrimSpace(name + " " + last)
	}
	return name
}

// dash says whether a cell holds nothing but signs that stand for "none".
func dash(text string) bool {
	return strings.Trim(text, "-–—_./*?= ") == ""
}

// qualification reads a level; another's words for it stay as they are.
func qualification(text string) string {
	switch format.FoldWords(text) {
	case crm.QualificationSuspect, "suspeito", "suspects", "sospechoso":
		return crm.QualificationSuspect
	case crm.QualificationMarketing, "marketing qualified", "marketing qualified lead", "qualificado por marketing", "qualificado marketing", "calificado por marketing":
		return crm.QualificationMarketing
	case crm.QualificationSales, "sales qualified", "sales qualified lead", "qualificado por vendas", "qualificado vendas", "calificado por ventas":
		return crm.QualificationSales
	}
	return text
}

// timeframe reads when a customer wants to buy, "" when it can't.
func timeframe(text string) string {
	switch format.FoldWords(text) {
	case crm.TimeframeNow, "imediato", "imediata", "agora", "ja", "hoje", "urgente", "esta semana", "este mes", "quente", "alta",
		"ate 7 dias", "7 dias", "ate 15 dias", "15 dias", "ate 30 dias", "30 dias", "em ate 30 dias", "1 mes",
		"immediately", "immediate", "asap", "today", "this week", "this month", "hot", "within 30 days",
		"inmediato", "inmediata", "ahora", "hoy", "caliente":
		return crm.TimeframeNow
	case crm.TimeframeSoon, "em breve", "proximo mes", "2 meses", "1 a 2 meses", "1 2 meses", "ate 60 dias", "60 dias", "30 a 60 dias", "30 60 dias",
		"morno", "media", "soon", "next month", "warm", "1 2 months", "2 months", "within 60 days",
		"pronto", "proximamente", "tibio":
		return crm.TimeframeSoon
	case crm.TimeframeLater, "depois", "sem prazo", "sem pressa", "futuro", "3 meses", "mais de 3 meses", "3 a 6 meses", "6 meses", "mais de 60 dias", "90 dias", "mais de 90 dias",
		"frio", "fria", "baixa", "someday", "cold", "3 months", "6 months", "more than 3 months", "no rush",
		"mas adelante", "despues", "sin prisa":
		return crm.TimeframeLater
	}
	return ""
}
