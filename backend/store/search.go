package store

import (
	"strings"

	"patio/backend/crm"
	"patio/backend/format"
)

// searchText is what a lead is found by: name, company, e-mails, phones,
// plate, document, vehicle, subject; folded, each word after a space, so that
// the trigram of a space and two letters finds the beginning of a word. A lead
// whose own contact was merged is found by what that says, too.
func searchText(c, own *crm.Contact, l *crm.Lead) string {
	var b strings.Builder
	add := func(s string) {
		if s != "" {
			b.WriteByte(' ')
			b.WriteString(s)
		}
	}
	contact := func(c *crm.Contact) {
		add(format.Fold(c.Name))
		add(format.Fold(c.Company))
		for _, e := range c.Emails {
			add(e.Key)
		}
		for _, p := range c.Phones {
			add(phoneText(p.Key))
		}
	}
	contact(c)
	add(plateText(l.Plate))
	add(format.Fold(c.Document))
	add(format.Fold(l.Vehicle))
	add(format.Fold(l.Subject))
	if own.ID != c.ID {
		contact(own)
		add(format.Fold(own.Document))
	}
	return b.String()
}

// phoneText is a phone as it is searched: digits, without the 55 of Brazil
// that nobody types.
func phoneText(e164 string) string {
	if national, ok := strings.CutPrefix(e164, "+55"); ok {
		return national
	}
	return strings.TrimPrefix(e164, "+")
}

// plateText is a plate in both its spellings, where it has two: either is
// found, even half typed.
func plateText(plate string) string {
	folded := strings.ToLower(plate)
	if len(plate) != 7 {
		return folded
	}
	switch c := plate[4]; {
	case c >= '0' && c <= '9':
		return folded + " " + strings.ToLower(format.PlateKey(plate))
	case c >= 'A' && c <= 'J':
		return folded + " " + folded[:4] + string('0'+c-'A') + folded[5:]
	}
	return folded
}

func matchKey(table, key string) string {
	if table == "contact_phones" {
		return format.MatchKey(key)
	}
	return key
}
