package xlsform

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// entityRow notes what a row of the survey sheet means to the entities: its save_to and the references to its name. q
// is nil for the end of a group.
func (w *sheetWalk) entityRow(r *record, q *survey.Question, begins bool) {
	var path []*survey.Question
	for _, f := range w.stack {
		path = append(path, f.q)
	}
	at := place{r.sheet, r.row, r.header("bind", "entities:saveto")}
	if saveTo := r.text("bind", "entities:saveto"); saveTo != "" {
		w.saveTo(at, q, saveTo, path, begins)
	}
	if w.entities == nil || q == nil {
		return
	}
	for _, u := range w.entities.uses {
		if u.names[q.Name] {
			u.refs = append(u.refs, entityRef{path: path, at: at, question: q.Name})
		}
	}
}

// saveTo ties an answer to the property of an entity: "property", or "list#property" where there are several lists.
func (w *sheetWalk) saveTo(at place, q *survey.Question, text string, path []*survey.Question, begins bool) {
	list, property, prefixed := strings.Cut(text, "#")
	if !prefixed {
		property = text
	}
	var use *entityUse
	switch {
	case w.entities == nil:
		w.report(at, "save_to.no_entities")
		return
	case strings.Count(text, "#") > 1:
		w.report(at, "save_to.delimiter", text)
		return
	case prefixed:
		use = w.entities.find(list)
	case len(w.entities.uses) > 1:
		w.report(at, "save_to.prefix", text)
		return
	default:
		use = w.entities.uses[0]
	}
	if use == nil {
		w.report(at, "save_to.list", list)
		return
	}
	w.property(at, use, property, q == nil || begins)
	use.refs = append(use.refs, entityRef{path: path, at: at, property: property})
	if q != nil {
		q.SaveTo = property
	}
}

func (w *sheetWalk) property(at place, use *entityUse, name string, container bool) {
	first := slices.IndexFunc(use.refs, func(r entityRef) bool { return r.property == name && name != "" })
	switch {
	case name == "", !isName(name) && !strings.HasPrefix(name, "__") && !container:
		w.report(at, "name.invalid", name)
	case container:
		w.report(at, "save_to.group")
	case strings.EqualFold(name, "name"), strings.EqualFold(name, "label"):
		w.report(at, "save_to.reserved", name)
	case strings.HasPrefix(name, "__"):
		w.report(at, "entity.underscores", name)
	case first >= 0:
		w.report(at, "save_to.twice", name, use.refs[first].at.row)
	}
}
