package dataset

import (
	"strings"

	"doorstep/internal/survey"
)

// variable is one column of an exported file, as the codebook tells it.
type variable struct {
	Table      string            `json:"table"`
	Name       string            `json:"name"`
	ZH         string            `json:"zh"`
	EN         string            `json:"en"`
	Type       string            `json:"type"` // the question's type in the workbook, or text, number, date, moment, id, area, flag
	Numeric    bool              `json:"numeric"`
	Question   bool              `json:"question"` // asked of the respondent, not added by the system
	Choices    []Choice          `json:"choices,omitempty"`
	Missing    survey.Words      `json:"missing"`
	NoAnswer   map[string]string `json:"no_answer,omitempty"` // choices that are no answer, and why: refused, dont_know, not_applicable
	Relevant   string            `json:"relevant,omitempty"`
	Disclosure string            `json:"disclosure,omitempty"` // "quasi" or "sensitive": what it is in the report on small cells
	Identifier bool              `json:"identifier"`
	LeftOut    bool              `json:"left_out"`
	Why        *survey.Words     `json:"why,omitempty"` // why it is an identifier, or what was done to it

	reason *reason // of a variable that says why another has no answer
}

// Choice is a code and what it means.
type Choice struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

var (
	blank     = survey.WordsOf("空白 = 没有回答或没有问到；0 是回答", "blank = not answered or not asked; 0 is an answer")
	blankFlag = survey.WordsOf("1 = 选了，0 = 没选，空白 = 这一题没有回答或没有问到",
		"1 = chosen, 0 = not chosen, blank = the question was not answered or not asked")
	blankAlways = survey.WordsOf("一律空白：不导出", "always blank: not exported")
	blankSystem = survey.WordsOf("空白 = 没有", "blank = none")
)

// source is a column of the database and what becomes of it in the file.
type source struct {
	expr string // SQL; "NULL" where the column is left out, so that it is not even read
	vars []variable
	fill filler // nil where the column is left out
}

// reason fills the source's last cell with why there is no answer; nil where nothing does.
func (s source) reason() *reason { return s.vars[len(s.vars)-1].reason }

// column is the name of the source's column in the table under an alias; "" where it is something else.
func (s source) column(alias string) string {
	name, ok := strings.CutPrefix(s.expr, alias+".")
	if name = strings.Trim(name, `"`); !ok || s.fill == nil || strings.ContainsAny(name, `"(), `) {
		return ""
	}
	return name
}

// filler turns a value of the database into one cell per variable; day is the day of the visit, YYYY-MM-DD or longer.
type filler func(cells []any, value any, day string)

// table is one file of the export.
type table struct {
	name    string
	repeat  bool
	sources []source
	asked   *asked // for the reasons of its sources; nil where none has any
}

func (t *table) variables() []variable {
	var all []variable
	for _, s := range t.sources {
		all = append(all, s.vars...)
	}
	return all
}

// width is how many cells a row has.
func (t *table) width() int {
	n := 0
	for _, s := range t.sources {
		if s.fill != nil {
			n += len(s.vars)
		}
	}
	return n
}

// leftOut is a source that no cell shows.
func leftOut(v variable, why survey.Words) source {
	v.Identifier, v.LeftOut, v.Why = true, true, &why
	return source{expr: "NULL", vars: []variable{v}}
}

func choicesOf(list []survey.Choice) []Choice {
	var out []Choice
	for _, c := range list {
		out = append(out, Choice{c.Name, c.Label.Tagged("zh"), c.Label.Tagged("en")})
	}
	return out
}
