package validate

import (
	"slices"
	"testing"

	"doorstep/internal/survey"
)

// A question uses the rules that its own column names, whole, with the arguments of each.
func TestUses(t *testing.T) {
	q := &survey.Question{Bind: []survey.Pair{{Name: "doorstep:other", Value: "phone"}, {Name: ruleColumn, Value: "cn_id(${sex}, birth) person_name"}}}
	for rule, want := range map[string]struct {
		args []string
		ok   bool
	}{"cn_id": {[]string{"sex", "birth"}, true}, "person_name": {nil, true}, "phone": {}, "cn": {}, "name": {}, "": {}} {
		if args, ok := Uses(q, rule); ok != want.ok || !slices.Equal(args, want.args) {
			t.Errorf("%q: %q %v, want %+v", rule, args, ok, want)
		}
	}
	if _, ok := Uses(&survey.Question{}, "cn_id"); ok {
		t.Error("a question without a rule uses one")
	}
}
