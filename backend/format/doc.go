// Package format reads and shows what Brazilian dealers write: phones, CPF and
// CNPJ, plates, money, dates, postal codes. A Parse function answers the form
// that is stored, or a *crm.Error that names what was not understood; a
// Display function answers the form that people read. Nothing here knows a
// disk, a clock or a window.
package format

import (
	"strings"
	"unicode"

	"patio/backend/crm"
)

// Codes of what could not be read. Params hold "value", the text as it came.
const (
	CodePhone    crm.Code = "phone.invalid"
	CodeEmail    crm.Code = "email.invalid"
	CodeCPF      crm.Code = "cpf.invalid"
	CodeCNPJ     crm.Code = "cnpj.invalid"
	CodeDocument crm.Code = "document.invalid" // neither CPF nor CNPJ
	CodePlate    crm.Code = "plate.invalid"
	CodeMoney    crm.Code = "money.invalid"
	CodeDate     crm.Code = "date.invalid"
	CodeCEP      crm.Code = "cep.invalid"
)

func invalid(code crm.Code, field, text string) *crm.Error {
	return crm.NewError(code, field, "value", text)
}

// tidy trims, turns every kind of space into a plain one, and drops the
// invisible marks that a copy from WhatsApp or a web page brings along.
func tidy(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if c := text[i]; c < ' ' || c >= 0x7f {
			plain = false
			break
		}
	}
	if !plain {
		text = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case unicode.Is(unicode.Cf, r), unicode.IsControl(r):
				return -1
			}
			return r
		}, text)
	}
	return strings.TrimSpace(text)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// allSame says whether s repeats one character, as a made-up number does.
func allSame(s string) bool {
	return s != "" && strings.Count(s, s[:1]) == len(s)
}
