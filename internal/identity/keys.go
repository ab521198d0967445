// Package identity finds people, households and visits that were recorded twice.
package identity

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// middleDots are the characters that people type for the dot between the parts of a name; the official one is U+00B7.
const middleDots = "\u30FB\u2022\uFF0E.\u2027\u2219\uFF65"

// NameKey is a name for comparing: NFKC, one form of the middle dot, no white space, lower case Latin. It never
// replaces the name as written.
func NameKey(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(middleDots, r):
			return '·'
		case unicode.IsSpace(r):
			return -1
		default:
			return unicode.ToLower(r)
		}
	}, norm.NFKC.String(name))
}

// AddressKey is an address for comparing: NFKC, digits of every script as ASCII, without white space and punctuation.
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
