package format

import "strings"

// maxEmail is the longest address that mail servers accept, in bytes.
const maxEmail = 254

// ParseEmail reads one address, also as "mailto:…" or "Name <…>", and answers
// it in lower case: no mail service tells two customers apart by case. The
// error's code is CodeEmail.
func ParseEmail(text string) (string, error) {
	s := tidy(text)
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		s = s[open+1 : len(s)-1]
	}
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.TrimPrefix(s, "mailto:")
	local, domain, ok := strings.Cut(s, "@")
	dot := strings.LastIndexByte(domain, '.')
	switch {
	case !ok, local == "", len(s) > maxEmail,
		strings.ContainsAny(s, " ,;:<>()[]\\\"/"),
		strings.Contains(domain, "@"), strings.Contains(domain, ".."),
		dot <= 0, dot > len(domain)-3, domain[0] == '-', domain[0] == '.':
		return "", invalid(CodeEmail, "email", text)
	}
	return s, nil
}
