package linkage

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"doorstep/internal/validate"
)

// number reads the number of a document; 15 digits of a Chinese one as 18.
func (r *reader) number(s string) value {
	text := compact(s)
	if unknown(strings.ToLower(s)) || len(text) < 3 || strings.Trim(text, "0") == "" {
		return value{}
	}
	v := value{text: text, mask: letters(text)}
	if key := validate.IDKey(text); key != "" {
		v.text, v.valid, v.mask = key, true, letters(key)
	}
	return v
}

func compact(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToUpper(c)
		}
		return -1
	}, norm.NFKC.String(s))
}

func compareNumbers(a, b *value) level {
	if a.text == "" || b.text == "" {
		return missing
	}
	if a.text == b.text {
		return numberSame
	}
	if a.valid && b.valid && a.text[6:14] == b.text[6:14] {
		return numberOneDay
	}
	if a.valid && b.valid {
		return numberBothValid
	}
	if far(a.mask, b.mask, 2) {
		return numberOther
	}
	switch d := edits(a.text, b.text, 2); {
	case d == 1:
		return numberDigit
	case d == 2 && min(len(a.text), len(b.text)) >= 6:
		return numberTwo
	}
	return numberOther
}

// phone reads the digits of a phone number without the country's code.
func (r *reader) phone(s string) value {
	digits := strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, norm.NFKC.String(s))
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	if len(digits) < 5 || strings.Trim(digits, digits[:1]) == "" {
		return value{}
	}
	return value{text: digits, mask: letters(digits)}
}

// local are the digits of a phone number that stand whichever code of an area goes before.
func local(digits string) string { return digits[max(0, len(digits)-8):] }

func comparePhones(a, b *value) level {
	switch {
	case a.text == "" || b.text == "":
		return missing
	case a.text == b.text || local(a.text) == local(b.text) && len(a.text) != len(b.text):
		return phoneSame
	case !far(a.mask, b.mask, 1) && edits(a.text, b.text, 1) == 1:
		return phoneDigit
	}
	return phoneOther
}

// code reads a code of letters and digits: a postcode, the number of a house, an area.
func (r *reader) code(s string) value {
	if unknown(s) {
		return value{}
	}
	text := compact(s)
	return value{text: text, mask: letters(text)}
}

func compareCodes(a, b *value) level {
	if a.text == "" || b.text == "" {
		return missing
	}
	if a.text == b.text {
		return codeSame
	}
	longer := max(len(a.text), len(b.text))
	switch {
	case longer >= 2 && longer < 9 && !far(a.mask, b.mask, 1) && edits(a.text, b.text, 1) == 1:
		return codeDigit
	case longer >= 4 && prefix(a.text, b.text)*2 >= longer:
		return codePart
	}
	return codeOther
}

func prefix(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (r *reader) same(s string) value {
	text := fold(s)
	if unknown(text) {
		return value{}
	}
	return value{text: text}
}

func compareSame(a, b *value) level {
	switch {
	case a.text == "" || b.text == "":
		return missing
	case a.text == b.text:
		return sameSame
	}
	return sameOther
}

func (r *reader) sex(s string) value {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "男", "男性", "m", "male", "1", "boy", "man":
		return value{text: "m"}
	case "女", "女性", "f", "female", "2", "girl", "woman":
		return value{text: "f"}
	}
	return value{}
}
