package xlsform

import (
	"maps"
	"slices"
	"strings"
)

// bindWords are the attributes of a bind that a form can spell wrong.
var bindWords = vocabulary{columns: set("relevant", "required", "constraint", "calculate", "readonly", "type", "constraintMsg",
	"requiredMsg",
	"noAppErrorString", "saveto", "doorstep:rule", "doorstep:sensitivity", "doorstep:disclosure", "doorstep:age_band",
	"doorstep:authoritative", "doorstep:codes", "doorstep:key",
	"doorstep:follow_up", "doorstep:need", "doorstep:fact")}

// spelling looks at a header that is not understood as it stands: one like a known word is a mistake, since the form would
// lack what it says; on sheets whose columns have fixed names any other is warned of. A header that begins with _ is
// left alone.
func (b *builder) spelling(at place, c column, v vocabulary, free bool) {
	first := c.path[0]
	if strings.HasPrefix(first, "_") || v.other[first] {
		return
	}
	if v.knows(first) {
		if first == "bind" && len(c.path) > 1 && !bindWords.knows(c.path[1]) {
			if near := bindWords.near(c.path[1]); near != "" {
				b.report(at, "header.near", c.header, "bind::"+near)
			}
		}
		return
	}
	switch near := v.near(first); {
	case near != "" && !free:
		b.report(at, "header.near", c.header, near)
	case near != "":
		b.warn(at, "header.near", c.header, near)
	case !free:
		b.warn(at, "header.unknown", c.header)
	}
}

// knows reports whether a word begins a header, as itself or as what an alias stands for.
func (v vocabulary) knows(word string) bool {
	if _, alias := v.aliases[word]; alias || v.columns[word] {
		return true
	}
	for path := range maps.Values(v.aliases) {
		if path[0] == word {
			return true
		}
	}
	return false
}

// near is the known word that a header was probably meant to be, "" for none: one slip in a word of four or five letters,
// two in a longer one.
func (v vocabulary) near(header string) string {
	return nearest(header, slices.Concat(slices.Collect(maps.Keys(v.columns)), slices.Collect(maps.Keys(v.aliases))))
}

func slips(word string) int {
	switch {
	case len(word) < 4:
		return 0
	case len(word) < 6:
		return 1
	}
	return 2
}
