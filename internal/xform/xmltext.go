package xform

import (
	"strings"
	"unicode/utf8"

	"doorstep/internal/survey"
)

// Carriage returns and, in attributes, line breaks and tabs are written as references: a parser would normalise them.
var (
	textEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#13;")
	attrEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;",
		"\r", "&#13;", "\n", "&#10;", "\t", "&#9;")
)

// xmlText drops what XML 1.0 cannot carry (section 2.2, Char), so that an answer is the same through every door.
func xmlText(b []byte) string {
	for i := 0; i < len(b); {
		c, size := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && size == 1 || !xmlChar(c) {
			return strings.Map(keepXMLChar, strings.ToValidUTF8(string(b), ""))
		}
		i += size
	}
	return string(b)
}

func keepXMLChar(c rune) rune {
	if xmlChar(c) {
		return c
	}
	return -1
}

func xmlChar(c rune) bool {
	if c < ' ' {
		return c == '\t' || c == '\n' || c == '\r'
	}
	return c != 0xFFFE && c != 0xFFFF
}

func hasElements(n *survey.Node) bool {
	for _, c := range n.Children {
		if c.Kind == survey.Element {
			return true
		}
	}
	return false
}
