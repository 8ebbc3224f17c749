package format

// Plate is a vehicle's registration.
type Plate struct {
	Text string // as written: upper case, no dash ("ABC1234" or "ABC1C34")
	Key  string // its Mercosul form, which both spellings share ("ABC1C34")
}

// ParsePlate reads an old (ABC1234) or a Mercosul plate (ABC1D23), with or
// without a dash. The error's code is CodePlate.
func ParsePlate(text string) (Plate, error) {
	s := unpunctuated(text)
	if len(s) != 7 || !upper(s[0]) || !upper(s[1]) || !upper(s[2]) || !isDigit(s[3]) ||
		!isDigit(s[4]) && !upper(s[4]) || !allDigits(s[5:]) {
		return Plate{}, invalid(CodePlate, "plate", text)
	}
	return Plate{Text: s, Key: PlateKey(s)}, nil
}

// PlateKey answers the Mercosul form of a stored plate: the second digit of an
// old one becomes a letter, 0=A … 9=J.
func PlateKey(plate string) string {
	if len(plate) != 7 || !isDigit(plate[4]) {
		return plate
	}
	return plate[:4] + string('A'+plate[4]-'0') + plate[5:]
}

// DisplayPlate shows a stored plate: "ABC-1234", "ABC1D23".
func DisplayPlate(plate string) string {
	if len(plate) != 7 || !isDigit(plate[4]) {
		return plate
	}
	return plate[:3] + "-" + plate[3:]
}

func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
