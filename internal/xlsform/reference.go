package xlsform

import (
	"regexp"
	"strings"
)

// A name is an XML name, with at most one prefix: letters of any script or _ first, then also digits, - and . .
// Ranges from the productions NameStartChar and NameChar of XML 1.0.
const (
	nameStart = `A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}` +
		`\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}`
	nameMore = nameStart + `\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}`
	ncName   = `[` + nameStart + `][` + nameMore + `]*`
)

var (
	reName  = regexp.MustCompile(`^` + ncName + `(?::` + ncName + `)?$`)
	reOuter = regexp.MustCompile(`\$\{([^}]+)\}|\$\{[^}]*$`)
	reInner = regexp.MustCompile(`^(last-saved#)?(` + ncName + `)$`)
)

func isName(s string) bool { return reName.MatchString(s) }

// reference is one ${name} or ${last-saved#name} of a text.
type reference struct {
	name      string
	lastSaved bool
}

// references lists the references of a text; ok is false when one is malformed.
func references(text string) (refs []reference, ok bool) {
	if !strings.Contains(text, "${") || len(text) < 3 {
		return nil, true
	}
	for _, m := range reOuter.FindAllStringSubmatch(text, -1) {
		inner := reInner.FindStringSubmatch(m[1])
		if inner == nil {
			return refs, false
		}
		refs = append(refs, reference{inner[2], inner[1] != ""})
	}
	return refs, true
}

// soleReference returns the reference when the text is nothing else.
func soleReference(text string) (reference, bool) {
	m := reOuter.FindString(text)
	if m == "" || m != text {
		return reference{}, false
	}
	refs, ok := references(text)
	if !ok || len(refs) != 1 {
		return reference{}, false
	}
	return refs[0], true
}

// hasReference tells whether the first reference of a text is well formed.
func hasReference(text string) bool {
	refs, _ := references(text)
	return len(refs) > 0
}
