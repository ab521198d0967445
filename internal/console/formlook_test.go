package console

import (
	"reflect"
	"slices"
	"testing"

	"doorstep/internal/survey"
)

// TestWhatAnotherVersionDoesOtherwise changes each part of a question alone: the part is told, with what it was and is, and no other.
func TestWhatAnotherVersionDoesOtherwise(t *testing.T) {
	label := func(s string) survey.Translated { return survey.Translated{"": s} }
	for what, set := range map[string]func(*survey.Question, string){
		"type":               func(q *survey.Question, s string) { q.Type = s },
		"label":              func(q *survey.Question, s string) { q.Label = label(s) },
		"hint":               func(q *survey.Question, s string) { q.Hint = label(s) },
		"relevant":           func(q *survey.Question, s string) { q.Relevant = s },
		"required":           func(q *survey.Question, s string) { q.Required = s },
		"constraint":         func(q *survey.Question, s string) { q.Constraint = s },
		"constraint_message": func(q *survey.Question, s string) { q.ConstraintMsg = label(s) },
		"calculation":        func(q *survey.Question, s string) { q.Calculation = s },
		"choice_filter":      func(q *survey.Question, s string) { q.ChoiceFilter = s },
		"repeat_count":       func(q *survey.Question, s string) { q.RepeatCount = s },
		"default":            func(q *survey.Question, s string) { q.Default = s },
		"read_only":          func(q *survey.Question, s string) { q.ReadOnly = s },
	} {
		var old, same, now survey.Question
		set(&old, "a")
		set(&same, " a ")
		set(&now, "b")
		got := differences(placed{&old, "q"}, placed{&now, "q"})
		if want := []Change{{"q", shown(now.Label), what, survey.Untranslated("a"), survey.Untranslated("b")}}; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, want %+v", what, got, want)
		}
		labelled := slices.Contains([]string{"label", "hint", "constraint_message"}, what)
		if got := differences(placed{&old, "q"}, placed{&same, "q"}); len(got) > 0 && !labelled {
			t.Errorf("%s with blanks: %+v", what, got)
		}
	}
}
