// Package validate checks the answers of a survey: the form's own logic, rules about values, and rules across fields.
package validate

import (
	"slices"
	"strings"

	"github.com/go-playground/validator/v10"

	"doorstep/internal/survey"
)

// Options are what the rules may differ in from one installation to another. The zero value is the usual one.
type Options struct {
	GridSuffix string // regular expression of what follows the 12 community digits; "" means three digits
	Divisions  string // first digits of citizen numbers that are expected although no province has them, blanks between
}

// Rules is the engine with all rules registered. It is made once, binds any number of forms, and may be shared.
type Rules struct {
	engine    *validator.Validate
	divisions []string
}

// New registers the rules. It fails when the grid suffix is no regular expression.
func New(o Options) (*Rules, error) {
	tags, err := valueTags(o.GridSuffix)
	if err != nil {
		return nil, err
	}
	engine := validator.New(validator.WithRequiredStructEnabled())
	for name, ok := range tags {
		test := ok
		if err := engine.RegisterValidation(name, func(f validator.FieldLevel) bool { return test(f.Field().String()) }); err != nil {
			return nil, err
		}
	}
	return &Rules{engine: engine, divisions: strings.Fields(o.Divisions)}, nil
}

// For binds the rules with the usual options to a form. The error is survey.Problems: rules that are misspelt or refer
// to questions that the form does not have.
func For(f *survey.Form) (*Bound, error) {
	rules, err := New(Options{})
	if err != nil {
		return nil, err
	}
	return rules.For(f)
}

// holds reports whether a value satisfies a tag of the engine: one of ours, such as "cn_id", or one of validator/v10.
// It panics on a tag that neither has, as the engine does.
func (r *Rules) holds(value, tag string) bool { return r.engine.Var(value, tag) == nil }

// expects reports whether a citizen number of that division is no surprise here.
func (r *Rules) expects(division string) bool {
	return slices.ContainsFunc(r.divisions, func(prefix string) bool { return strings.HasPrefix(division, prefix) })
}
