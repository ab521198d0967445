package dataset

import (
	"fmt"
	"slices"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Why there is no answer, beside what choices declare of themselves (survey.MissingChoices).
const (
	skipped    = "skipped"
	unanswered = "unanswered"
	notInForm  = "not_in_form"
	withheld   = "withheld"
)

var reasonChoices = []Choice{
	{skipped, "按跳转规则没有问", "not asked, as the form's logic says"}, {unanswered, "问了，没有回答", "asked, and left blank"},
	{"refused", "拒绝回答", "refused"}, {"dont_know", "不知道", "does not know"}, {"not_applicable", "不适用", "does not apply"},
	{notInForm, "该版本的问卷没有这一题", "not in this version of the form"}, {withheld, "有答案，去标识时隐去", "answered, and withheld here"},
}

var (
	blankReason  = survey.WordsOf("空白 = 有答案，或无从得知", "blank = there is an answer, or nobody can tell")
	blankBecause = survey.WordsOf("空白 = 没有答案，原因见 %s", "blank = no answer; %s says why")
)

// reason is how a source says why there is no answer.
type reason struct {
	column string
	codes  map[string]string // of choices that are no answer
	shown  map[string]string
}

// reasoned adds the column NAME/missing to the source of a question. Statistics programs make a missing value with its
// reason of the two: .a to .z in Stata, tagged_na() in R, missing values in SPSS.
func (p *plan) reasoned(s source, c column) source {
	if !p.reasons || s.fill == nil || s.expr == "NULL" || !s.vars[0].Question {
		return s
	}
	v := variable{Name: c.name + "/missing", Type: "select one", Choices: reasonChoices, Missing: blankReason}
	for slices.ContainsFunc(s.vars, func(other variable) bool { return other.Name == v.Name }) {
		v.Name += "_" // a choice is called missing
	}
	v.ZH, v.EN = join(s.vars[0].ZH, "为何没有答案"), join(s.vars[0].EN, "why there is no answer")
	for i := range s.vars {
		if m := &s.vars[i].Missing; *m == blank {
			*m = survey.WordsOf(fmt.Sprintf(blankBecause.ZH, v.Name), fmt.Sprintf(blankBecause.EN, v.Name))
		}
	}
	v.reason = &reason{c.name, s.vars[0].NoAnswer, p.shown(reasonChoices)}
	s.vars = append(s.vars, v)
	return s
}

// of is why there is no answer: value is what the database holds, cells what the export shows of it, rel whether the question
// was asked in the record's own version, which has it where known is true. "" is an answer, or unknown.
func (r *reason) of(value any, cells []any, rel validate.Relevance, has bool) string {
	if !isBlank(value) {
		switch why := r.declared(value); {
		case why != "":
			return why
		case !slices.ContainsFunc(cells, func(c any) bool { return c != nil }):
			return withheld
		}
		return ""
	}
	switch {
	case !has:
		return notInForm
	case rel == validate.Skipped:
		return skipped
	case rel == validate.Relevant:
		return unanswered
	}
	return ""
}

// declared is the reason that all chosen codes stand for.
func (r *reason) declared(value any) (why string) {
	if len(r.codes) == 0 {
		return ""
	}
	for _, code := range names(value) {
		if why = r.codes[code]; why == "" {
			return ""
		}
	}
	return why
}

// isBlank reports whether a column holds no answer (collections.Encode).
func isBlank(value any) bool {
	switch s, _ := text(value).(string); s {
	case "", "null", "[]":
		return true
	}
	return false
}

// noAnswers are the choices that are no answer, and what they stand for.
func noAnswers(list []survey.Choice) map[string]string {
	var all map[string]string
	for _, c := range list {
		if why := c.Missing(); why != "" {
			if all == nil {
				all = map[string]string{}
			}
			all[c.Name] = why
		}
	}
	return all
}
