package dataset

import (
	"maps"
	"slices"

	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/review"
	"doorstep/internal/validate"
	"doorstep/internal/xform"
)

// FindingCodes are the codes that the findings of a record carry, each with its words in both languages.
func FindingCodes() []Choice {
	texts := xform.Texts()
	for _, more := range []map[string][2]string{grid.Texts(), identity.Texts(), review.Texts()} {
		maps.Copy(texts, more)
	}
	for code, e := range validate.Catalogue {
		texts[code] = [2]string{e.ZH, e.EN}
	}
	var all []Choice
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		all = append(all, Choice{code, texts[code][0], texts[code][1]})
	}
	return all
}
