package sensitive

import (
	"slices"

	"doorstep/internal/survey"
)

// Quasi is the role of an answer that narrows down who somebody is.
const Quasi = "quasi"

// Role is what an answer is in the report on small cells: what the form declares in bind::doorstep:disclosure, or Quasi for
// the sex of somebody. Ages are made quasi-identifiers where they are banded.
func Role(q *survey.Question) string {
	switch said := bound(q, "doorstep:disclosure"); said {
	case Quasi, "sensitive":
		return said
	case "none":
		return ""
	}
	w := words(q.Name)
	if q.Kind == survey.KindSelectOne && (slices.Contains(w, "sex") || slices.Contains(w, "gender")) {
		return Quasi
	}
	return ""
}
