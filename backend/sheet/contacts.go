package sheet

import (
	"regexp"
	"slices"
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// besides finds one number with words before or after it: "Maria (11) 9…",
// "(11) 9… esposa". The words become its label.
var besides = regexp.MustCompile(`^([^\d(+]*)([(+]?\d[\d ().–-]*\d)([^\d]*)$`)

// between parts several numbers or addresses in one cell.
var between = regexp.MustCompile(`\s*[/;,|\n]\s*|\s+(?:ou|or|e|y|o|and)\s+`)

// phones reads the numbers of a cell. When one of several can't be read, the
// others stay, and the error has the cell kept whole.
func (p *Parser) phones(l *Lead, text string) *crm.Error {
	if phone, err := p.phone(text, p.reading.Region); err == nil {
		addPhone(l, phone)
		return nil
	}
	found, failed := false, false
	region := p.reading.Region
	for _, part := range between.Split(text, -1) {
		if dash(part) {
			continue
		}
		phone, err := p.phone(part, region)
		if err != nil {
			phone, err = p.labelled(part, region)
		}
		if err != nil {
			failed = true
			continue
		}
		found = true
		addPhone(l, phone)
		if national, ok := strings.CutPrefix(phone.E164, "+55"); ok {
			region = "BR-" + national[:2] // "(11) 98527-0593 / 3204-5721"
		}
	}
	if failed || !found {
		return crm.NewError(format.CodePhone, "phone")
	}
	return nil
}

// phone reads one number, of the region or of the country whose numbers the
// sheet holds besides.
func (p *Parser) phone(text, region string) (Phone, error) {
	phone, err := format.ParsePhone(text, region)
	if err != nil && p.abroad != "" {
		if there, err := format.ParsePhone(text, p.abroad); err == nil {
			return Phone{Phone: there}, nil
		}
	}
	return Phone{Phone: phone}, err
}

func (p *Parser) labelled(text, region string) (Phone, error) {
	m := besides.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Phone{}, crm.NewError(format.CodePhone, "phone")
	}
	phone, err := p.phone(m[2], region)
	if err != nil {
		return Phone{}, err
	}
	label := strings.Trim(strings.Trim(m[1], " -–:()")+" "+strings.Trim(m[3], " -–:()"), " ")
	if phone.Label, err = crm.CheckLine("", label); err != nil {
		return Phone{}, err
	}
	return phone, nil
}

func addPhone(l *Lead, phone Phone) {
	if !slices.ContainsFunc(l.Phones, func(p Phone) bool { return p.E164 == phone.E164 }) {
		l.Phones = append(l.Phones, phone)
	}
}

// emails reads the addresses of a cell, as phones does its numbers.
func emails(l *Lead, text string) *crm.Error {
	address, err := format.ParseEmail(text)
	if err == nil {
		addEmail(l, address)
		return nil
	}
	failed := false
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|/\n\t", r) }) {
		if address, err := format.ParseEmail(part); err == nil {
			addEmail(l, address)
		} else if dash(part) || part == "ou" || part == "e" || part == "or" || part == "y" {
			continue
		} else {
			failed = true
		}
	}
	if failed {
		return crm.NewError(format.CodeEmail, "email")
	}
	return nil
}

func addEmail(l *Lead, address string) {
	if !slices.Contains(l.Emails, address) {
		l.Emails = append(l.Emails, address)
	}
}
