package xform

import (
	"regexp"

	"doorstep/internal/survey"
)

// mostExpanded is how many bytes the expressions of a form may have altogether once each ${name} is a path; four bytes of
// texts for people count as one. The largest forms that we know have some hundred thousand.
const mostExpanded = 3 << 20

const textsWeigh = 4 // bytes of a text that cost as much as one of an expression

// Exceeds returns the first question at which a form is more than mostExpanded; nil for a form within it. A few bytes of
// ${name} may stand for a path through many groups, so that the bytes of a workbook say little.
func Exceeds(f *survey.Form) *survey.Question {
	e := expansion{form: f, names: NewNames(f), lengths: map[string]int{}, left: mostExpanded}
	var at *survey.Question
	f.Walk(func(q *survey.Question) bool {
		if at == nil && e.question(q) < 0 {
			at = q
		}
		return at == nil
	})
	return at
}

type expansion struct {
	form    *survey.Form
	names   *Names
	lengths map[string]int // of the path of a name
	left    int
}

func (e *expansion) question(q *survey.Question) int {
	for _, expr := range []string{q.Relevant, q.Constraint, q.Required, q.ReadOnly, q.Calculation, q.Default, q.Trigger, q.ChoiceFilter,
		q.RepeatCount, q.ItemsRepeat} {
		e.left -= e.length(expr)
	}
	texts := []survey.Translated{q.Label, q.Hint, q.GuidanceHint, q.ConstraintMsg, q.RequiredMsg, q.NoAppErrorMsg}
	for _, media := range q.Media {
		texts = append(texts, media)
	}
	for _, text := range texts {
		for _, in := range text {
			e.left -= e.length(in) / textsWeigh
		}
	}
	return e.left
}

// reNames finds references anywhere.
var reNames = regexp.MustCompile(`\$\{\s*(?:last-saved#)?([^\s{}]+)\s*\}`)

// length is how long a text is with paths in place of references.
func (e *expansion) length(text string) int {
	all := len(text)
	for _, m := range reNames.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		n, known := e.lengths[name]
		if !known {
			if q, err := e.names.find(name); err == nil {
				n = len(e.form.Path(q))
			}
			e.lengths[name] = n
		}
		all += n
	}
	return all
}
