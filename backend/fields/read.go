package fields

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
)

// Read answers a value as it is kept of what a sheet says: "1.234,5", "Sim",
// "Azul; Prata", "26/11/2026". Errors as CheckValue.
func Read(f crm.Field, text string, order format.DateOrder, zone *time.Location) (string, error) {
	refuse := func(code crm.Code) (string, error) {
		return "", crm.NewError(code, Key(f.ID), "value", text, "name", f.Name)
	}
	text = strings.TrimSpace(text)
	switch f.Type {
	case crm.FieldNumber:
		plain, ok := plainNumber(text)
		if !ok {
			return refuse(CodeNumber)
		}
		text = plain
	case crm.FieldMoney:
		m, err := format.ParseMoney(text)
		if err != nil {
			return refuse(crm.CodeOf(err))
		}
		text = strconv.FormatInt(m.Cents, 10)
	case crm.FieldDate:
		m, err := format.ParseDate(text, order, zone)
		if err != nil {
			return refuse(crm.CodeOf(err))
		}
		text = m.Day
	case crm.FieldBool:
		switch format.FoldWords(text) {
		case "sim", "s", "yes", "y", "si", "verdadeiro", "true", "1", "x":
			text = "1"
		case "nao", "n", "no", "falso", "false", "0":
			text = "0"
		}
	case crm.FieldChoice, crm.FieldMulti:
		parts := []string{text}
		if f.Type == crm.FieldMulti {
			parts = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|\n", r) })
		}
		for i, part := range parts {
			at := slices.IndexFunc(f.Choices, func(c crm.Entry) bool { return format.Fold(c.Label) == format.Fold(part) })
			if at < 0 {
				return refuse(CodeChoice)
			}
			parts[i] = f.Choices[at].Key
		}
		text = strings.Join(parts, ",")
	}
	return CheckValue(f, text)
}

var (
	thousands = regexp.MustCompile(`^-?\d{1,3}(\.\d{3})+(,\d+)?$|^-?\d+,\d+$`) // "1.234,5", "12,5"
	grouped   = regexp.MustCompile(`^-?\d{1,3}(,\d{3})+(\.\d+)?$`)             // "1,234.5", "1,234,567"
)

// plainNumber reads a number as Brazil writes it, then as a program does.
func plainNumber(text string) (string, bool) {
	text = strings.ReplaceAll(text, " ", "")
	switch {
	case thousands.MatchString(text):
		text = strings.Replace(strings.ReplaceAll(text, ".", ""), ",", ".", 1)
	case grouped.MatchString(text):
		text = strings.ReplaceAll(text, ",", "")
	}
	return number(text)
}
