package format

import "strings"

// Kinds of document.
const (
	CPF  = "cpf"  // a person's, 11 digits
	CNPJ = "cnpj" // a company's, 12 letters or digits and 2 digits
)

// Document is a CPF or CNPJ as it is stored: no punctuation, upper case.
type Document struct {
	Kind  string
	Value string
}

// ParseDocument reads a CPF or a CNPJ by its length. A spreadsheet that took
// it for a number has eaten its leading zeros; they come back when the check
// digits agree. The error's code is CodeCPF, CodeCNPJ or CodeDocument.
func ParseDocument(text string) (Document, error) {
	s := unpunctuated(text)
	switch n := len(s); {
	case n >= 9 && n <= 11 && allDigits(s):
		if s = strings.Repeat("0", 11-n) + s; validCPF(s) {
			return Document{CPF, s}, nil
		}
		return Document{}, invalid(CodeCPF, "document", text)
	case n == 14, n >= 12 && n < 14 && allDigits(s):
		if s = strings.Repeat("0", 14-n) + s; validCNPJ(s) {
			return Document{CNPJ, s}, nil
		}
		return Document{}, invalid(CodeCNPJ, "document", text)
	}
	return Document{}, invalid(CodeDocument, "document", text)
}

// DisplayDocument shows a stored document with its punctuation.
func DisplayDocument(value string) string {
	switch v := value; len(v) {
	case 11:
		return v[:3] + "." + v[3:6] + "." + v[6:9] + "-" + v[9:]
	case 14:
		return v[:2] + "." + v[2:5] + "." + v[5:8] + "/" + v[8:12] + "-" + v[12:]
	}
	return value
}

// unpunctuated keeps letters and digits, upper case; anything but the usual
// separators stays in, so that it fails the checks that follow.
func unpunctuated(text string) string {
	s := tidy(text)
	if len(s) > 40 {
		return ""
	}
	return strings.ToUpper(separators.Replace(s))
}

var separators = strings.NewReplacer(".", "", "-", "", "/", "", " ", "")

func validCPF(s string) bool {
	return len(s) == 11 && allDigits(s) && !allSame(s) &&
		s[9] == checkDigit(s[:9], 11) && s[10] == checkDigit(s[:10], 11)
}

func validCNPJ(s string) bool {
	if len(s) != 14 || !allDigits(s[12:]) || allSame(s) {
		return false
	}
	for i := 0; i < 12; i++ {
		if c := s[i]; !isDigit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s[12] == checkDigit(s[:12], 9) && s[13] == checkDigit(s[:13], 9)
}

// checkDigit weighs s from the right with 2, 3 … maxWeight and again from 2.
// A character is worth its code less 48, so that letters continue the digits
// (A=17 … Z=42), as alphanumeric CNPJs have it.
func checkDigit(s string, maxWeight int) byte {
	sum, weight := 0, 2
	for i := len(s) - 1; i >= 0; i-- {
		sum += int(s[i]-'0') * weight
		if weight++; weight > maxWeight {
			weight = 2
		}
	}
	if r := sum % 11; r >= 2 {
		return byte('0' + 11 - r)
	}
	return '0'
}

// ParseCEP reads a postal code and answers its 8 digits. The error's code is
// CodeCEP.
func ParseCEP(text string) (string, error) {
	s := unpunctuated(text)
	if strings.Contains(text, "/") { // a date
		return "", invalid(CodeCEP, "zip", text)
	}
	if len(s) == 7 && s[0] != '0' { // São Paulo's leading zero, eaten by a spreadsheet
		s = "0" + s
	}
	if len(s) != 8 || !allDigits(s) || s == "00000000" {
		return "", invalid(CodeCEP, "zip", text)
	}
	return s, nil
}

// DisplayCEP shows a stored postal code: "01310-100".
func DisplayCEP(cep string) string {
	if len(cep) != 8 {
		return cep
	}
	return cep[:5] + "-" + cep[5:]
}
