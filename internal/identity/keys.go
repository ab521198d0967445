// Package identity finds people, households and visits that were recorded twice.
package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"doorstep/internal/survey"
)

// NameKey is a name for comparing: as normalised, without blanks, lower case. It never replaces the name as written.
func NameKey(name string) string {
	return strings.ToLower(strings.ReplaceAll(survey.NormalizeName(name), " ", ""))
}

// AddressKey is an address for comparing: NFKC, lower case, nothing but letters and digits, and - for what joins numbers (-, #, —).
func AddressKey(address string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r):
			return unicode.ToLower(r)
		case unicode.IsDigit(r):
			return r
		case r == '-' || r == '#' || r == '—':
			return '-'
		default:
			return -1
		}
	}, norm.NFKC.String(address))
}
