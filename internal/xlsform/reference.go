package xlsform

import (
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

// ncName matches a name without a prefix.
const ncName = `[` + survey.NameStart + `][` + survey.NameMore + `]*`

var (
	reOuter = regexp.MustCompile(`\$\{([^}]+)\}|\$\{[^}]*$`)
	reInner = regexp.MustCompile(`^(last-saved#)?(` + ncName + `)$`)
)

// isName reports whether s can be the name of an element or attribute, with a prefix or without one.
func isName(s string) bool {
	prefix, local, prefixed := strings.Cut(s, ":")
	return survey.IsName(prefix) && (!prefixed || survey.IsName(local))
}

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
	known := map[string]reference{} // by what is in the braces
	for _, m := range reOuter.FindAllStringSubmatch(text, -1) {
		said := m[1]
		ref, again := known[said]
		if !again {
			inner := reInner.FindStringSubmatch(said)
			if inner == nil {
				return refs, false
			}
			ref = reference{inner[2], inner[1] != ""}
			known[said] = ref
		}
		refs = append(refs, ref)
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

// hasReference reports whether the first reference of a text is well formed.
func hasReference(text string) bool {
	refs, _ := references(text)
	return len(refs) > 0
}
