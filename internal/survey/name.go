package survey

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	middleDot = '·'        // U+00B7, what the identity card uses between the parts of a name
	otherDots = "・･•‧∙⋅．." // what people type for it
)

// NormalizeName is a name as it is stored: NFKC, the official middle dot between Chinese parts, no blanks within Chinese
// and one blank between Latin words.
func NormalizeName(s string) string {
	han := hasHan(s)
	s = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(otherDots, r) && (han || r != '.'):
			return middleDot
		case unicode.Is(unicode.Cf, r):
			return -1 // zero-width characters come with text pasted from chats
		default:
			return r
		}
	}, s)
	words := strings.Fields(norm.NFKC.String(s))
	if han {
		return strings.Join(words, "")
	}
	return strings.Join(words, " ")
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
