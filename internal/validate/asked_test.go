package validate

import (
	"testing"

	"doorstep/internal/survey"
)

// TestAsked: what is calculated and has no words of its own is not shown.
func TestAsked(t *testing.T) {
	words := survey.Translated{"": "A"}
	for name, c := range map[string]struct {
		q    survey.Question
		want bool
	}{
		"a question":                       {survey.Question{Type: "text", Label: words}, true},
		"one without words":                {survey.Question{Type: "text"}, true},
		"a calculation":                    {survey.Question{Type: "text", Calculation: "1"}, false},
		"a calculation with a label":       {survey.Question{Type: "text", Calculation: "1", Label: words}, true},
		"a calculation with a hint":        {survey.Question{Type: "text", Calculation: "1", Hint: words}, true},
		"what another answer sets":         {survey.Question{Type: "text", Trigger: "a"}, false},
		"what another sets, with a label":  {survey.Question{Type: "text", Trigger: "a", Label: words}, true},
		"a calculate, with a label":        {survey.Question{Type: "calculate", Calculation: "1", Label: words}, false},
		"what is hidden, with a label too": {survey.Question{Type: "hidden", Label: words}, false},
	} {
		if got := asked(&c.q); got != c.want {
			t.Errorf("%s is asked: %t", name, got)
		}
	}
}
