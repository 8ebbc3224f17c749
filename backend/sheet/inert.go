package sheet

import "strings"

// A cell that starts with = + - @ tab or CR is a formula to a spreadsheet
// program. On the way out an apostrophe stands before it; on the way in that
// apostrophe goes. Text that already had one gets another, so that every text
// comes back as it was.

func startsFormula(text string) bool {
	rest := strings.TrimLeft(text, "'")
	return rest != "" && strings.IndexByte("=+-@\t\r", rest[0]) >= 0
}

func inert(text string) string {
	if startsFormula(text) {
		return "'" + text
	}
	return text
}

func revive(text string) string {
	if text != "" && text[0] == '\'' && startsFormula(text) {
		return text[1:]
	}
	return text
}
