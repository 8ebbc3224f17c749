package sheet

import (
	"patio/backend/format"
)

// headerRows are looked at to find the header: people put a title, a date and
// an empty line above it.
const headerRows = 30

// findHeader answers which of the first rows is the header, or -1. It is the
// row with the most known headers; failing that, a first row that looks like
// headers above rows that look like values.
func findHeader(rows []Row) int {
	best, bestKnown := -1, 0
	widest := 0
	for _, row := range rows {
		widest = max(widest, filled(row.Cells))
	}
	for i, row := range rows {
		known := 0
		for _, c := range row.Cells {
			if looksLikeValue(c) {
				known--
			} else if _, sure := headers().find(format.FoldWords(c)); sure >= 95 {
				known++
			}
		}
		if known > bestKnown && known*3 >= filled(row.Cells) {
			best, bestKnown = i, known
		}
	}
	if bestKnown >= 2 || bestKnown == 1 && widest <= 2 {
		return best
	}
	for i, row := range rows {
		if filled(row.Cells)*2 > widest {
			if labels(row.Cells) && i+1 < len(rows) {
				return i
			}
			break
		}
	}
	return best
}

func filled(cells []string) int {
	n := 0
	for _, c := range cells {
		if !isBlank(c) {
			n++
		}
	}
	return n
}

// labels says whether cells could be headers of nothing we know: all
// different, short, none a value.
func labels(cells []string) bool {
	seen := map[string]bool{}
	for _, c := range cells {
		words := format.FoldWords(c)
		if words == "" && !isBlank(c) || len(words) > 60 || seen[words] && words != "" || looksLikeValue(c) {
			return false
		}
		seen[words] = true
	}
	return len(seen) > 1
}

func looksLikeValue(cell string) bool {
	p := Profile{}
	p.watch(cell)
	return p.Phones+p.Emails+p.Plates+p.Amounts+p.Dates+p.Documents+p.IDs > 0
}
