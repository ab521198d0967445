package validate

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// ruleColumn is the column of the survey sheet that binds rules to a question, as in
//
//	cn_id(birth_date,sex) past_date
//
// Its prefix needs a namespace in the settings: doorstep="urn:doorstep:form".
const ruleColumn = "doorstep:rule"

// call is one rule of a cell with its arguments.
type call struct {
	name string
	args []string
}

// parseRules splits a cell into calls, separated by blanks, commas or semicolons. ok is false when brackets do not match.
func parseRules(cell string) (calls []call, ok bool) {
	for {
		cell = strings.TrimLeft(cell, " \t\n,;")
		if cell == "" {
			return calls, true
		}
		end := strings.IndexAny(cell, "( \t\n,;)")
		if end < 0 {
			return append(calls, call{name: cell}), true
		}
		c := call{name: cell[:end]}
		cell = cell[end:]
		if cell[0] == ')' {
			return nil, false
		}
		if cell[0] == '(' {
			inside, rest, closed := strings.Cut(cell[1:], ")")
			if !closed || strings.Contains(inside, "(") {
				return nil, false
			}
			c.args, cell = arguments(inside), rest
		}
		calls = append(calls, c)
	}
}

func arguments(inside string) []string {
	var args []string
	for _, a := range strings.Split(inside, ",") {
		if a = strings.TrimSpace(a); a != "" {
			args = append(args, strings.TrimSuffix(strings.TrimPrefix(a, "${"), "}"))
		}
	}
	return args
}

// Uses reports whether a question is bound to a rule of that name, and with which arguments.
func Uses(q *survey.Question, rule string) (args []string, ok bool) {
	for _, p := range q.Bind {
		if p.Name != ruleColumn {
			continue
		}
		calls, _ := parseRules(p.Value)
		for _, one := range calls {
			if one.name == rule {
				return one.args, true
			}
		}
	}
	return nil, false
}

// Tells reports whether a rule of the question, or a tag that is(…) takes, says that the answer is one of these.
func Tells(q *survey.Question, facts ...Fact) bool {
	for _, p := range q.Bind {
		if p.Name != ruleColumn {
			continue
		}
		for _, word := range strings.FieldsFunc(p.Value, func(r rune) bool { return strings.ContainsRune(" \t\n,;()", r) }) {
			if slices.Contains(facts, rules[word].tells) {
				return true
			}
		}
	}
	return false
}
