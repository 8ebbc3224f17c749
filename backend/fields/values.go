package fields

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"patio/backend/crm"
	"patio/backend/format"
	"patio/backend/store"
)

// Key names a field's value where an input is named: in errors, in the history.
func Key(fieldID string) string { return "values." + fieldID }

// Apply changes values of a lead or a contact, as a person typed them. Errors
// name the value by its Key: field.gone, required, and those of CheckValue.
func Apply(w *store.Workspace, target string, values *[]crm.FieldValue, changes []crm.FieldValue) error {
	for _, c := range changes {
		f := w.Field(c.FieldID)
		if f == nil || f.Target != target {
			return crm.NewError(CodeGone, Key(c.FieldID))
		}
		value, err := CheckValue(*f, c.Value)
		if err != nil {
			return err
		}
		if value == "" && f.Required && !f.Retired {
			return crm.NewError(crm.CodeRequired, Key(f.ID), "name", f.Name)
		}
		Set(values, f.ID, value)
	}
	return nil
}

// Set writes one value; emptying what was never there changes nothing.
func Set(values *[]crm.FieldValue, fieldID, value string) {
	i := slices.IndexFunc(*values, func(v crm.FieldValue) bool { return v.FieldID == fieldID })
	switch {
	case i >= 0:
		(*values)[i].Value = value
	case value != "":
		*values = append(*values, crm.FieldValue{FieldID: fieldID, Value: value})
	}
}

// Of answers the value of a field, "" of none.
func Of(values []crm.FieldValue, fieldID string) string {
	for _, v := range values {
		if v.FieldID == fieldID {
			return v.Value
		}
	}
	return ""
}

// CheckRequired refuses what a person makes without a value that is asked for.
func CheckRequired(w *store.Workspace, target string, values []crm.FieldValue) error {
	for _, f := range w.Fields {
		if f.Target == target && f.Required && !f.Retired && Of(values, f.ID) == "" {
			return crm.NewError(crm.CodeRequired, Key(f.ID), "name", f.Name)
		}
	}
	return nil
}

// CheckValue answers a value in the form of the field's type, "" for none.
// Phones and addresses may stand as typed. Errors: too_long, number.invalid,
// money.invalid, date.invalid, invalid, choice.invalid, phone.invalid,
// url.invalid.
func CheckValue(f crm.Field, value string) (string, error) {
	key := Key(f.ID)
	refuse := func(code crm.Code) (string, error) {
		return "", crm.NewError(code, key, "value", value, "name", f.Name)
	}
	if f.Type == crm.FieldLong {
		return crm.CheckText(key, value)
	}
	line, err := crm.CheckLine(key, value)
	if f.Type == crm.FieldMulti { // longer than a line
		line, err = strings.TrimSpace(value), nil
	}
	if err != nil || line == "" {
		return "", err
	}
	switch f.Type {
	case crm.FieldNumber:
		if line, ok := number(line); ok {
			return line, nil
		}
		return refuse(CodeNumber)
	case crm.FieldMoney:
		cents, err := strconv.ParseInt(line, 10, 64)
		if err != nil || cents < -maxCents || cents > maxCents {
			return refuse(format.CodeMoney)
		}
		return strconv.FormatInt(cents, 10), nil
	case crm.FieldDate:
		if day, err := time.Parse(time.DateOnly, line); err != nil || day.Year() < 1 {
			return refuse(format.CodeDate)
		}
	case crm.FieldBool:
		if line != "0" && line != "1" {
			return refuse(crm.CodeInvalid)
		}
	case crm.FieldChoice:
		if !offers(f, line) {
			return refuse(CodeChoice)
		}
	case crm.FieldMulti:
		ids := strings.Split(line, ",")
		if slices.ContainsFunc(ids, func(id string) bool { return !offers(f, id) }) {
			return refuse(CodeChoice)
		}
		return Several(ids), nil
	case crm.FieldPhone:
		p, err := format.ParsePhone(line, format.DefaultRegion)
		if err != nil {
			return refuse(crm.CodeOf(err))
		}
		return p.E164, nil
	case crm.FieldURL:
		address, ok := webAddress(line)
		if !ok {
			return refuse(CodeURL)
		}
		return address, nil
	}
	return line, nil
}

// maxCents is a trillion: what JavaScript still counts exactly.
const maxCents = 100_000_000_000_000

// Several writes the value of several choices: each once, in the order of
// their ids, so that the same choice reads the same everywhere.
func Several(ids []string) string {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ",")
}

func offers(f crm.Field, id string) bool {
	return slices.ContainsFunc(f.Choices, func(c crm.Entry) bool { return c.Key == id })
}

var decimal = regexp.MustCompile(`^-?\d{1,14}(\.\d{1,4})?$`)

// number answers the one form of a decimal number: no zeros that say nothing.
func number(text string) (string, bool) {
	if !decimal.MatchString(text) {
		return "", false
	}
	minus := strings.HasPrefix(text, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if minus && whole != "0" {
		whole = "-" + whole
	}
	return whole, true
}

// webAddress answers an address that a browser opens, https where nothing is
// said. Others, such as javascript:, are none.
func webAddress(text string) (string, bool) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, " <>\"") || u.User != nil {
		return "", false
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	dot := strings.IndexByte(u.Hostname(), '.')
	if u.Scheme != "http" && u.Scheme != "https" || dot <= 0 || dot == len(u.Hostname())-1 {
		return "", false
	}
	return u.String(), true
}
