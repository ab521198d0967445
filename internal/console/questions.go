package console

import (
	"strings"

	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// Question is one that somebody types or picks the answer to.
type Question struct {
	Path       string       `json:"path"` // without places of rows: children/child_basic/child_name
	Input      string       `json:"input"`
	Choices    []Choice     `json:"choices"`
	Hint       survey.Words `json:"hint"`
	Constraint survey.Words `json:"constraint"` // what the form says of an answer that does not fit
	Required   bool         `json:"required"`
}

// Choice is what may be picked.
type Choice struct {
	Value string       `json:"value"`
	Label survey.Words `json:"label"`
}

var inputs = map[survey.Kind]string{survey.KindText: "text", survey.KindInteger: "integer", survey.KindDecimal: "decimal",
	survey.KindDate: "date", survey.KindTime: "time",
	survey.KindDateTime: "datetime", survey.KindSelectOne: "one", survey.KindSelectMultiple: "many", survey.KindRank: "many"}

// Questions lists the typed questions of a version, in its order.
func Questions(k Known, in *instrument.Instrument) []Question {
	all := []Question{}
	var walk func(entries []*entry, above string)
	walk = func(entries []*entry, above string) {
		for _, e := range entries {
			path := above + e.q.Name
			if e.kind == "question" && e.q.Typed() {
				all = append(all, Question{Path: path, Input: inputs[e.q.Kind], Choices: choicesOf(in.Form.Lists[e.q.List]), Hint: shown(e.q.Hint),
					Constraint: shown(e.q.ConstraintMsg),
					Required:   strings.TrimSpace(e.q.Required) != ""})
			}
			walk(e.children, path+"/")
		}
	}
	walk(k.Sheets.of(in, k.Library).entries, "")
	return all
}

func choicesOf(list *survey.ChoiceList) []Choice {
	all := []Choice{}
	if list != nil {
		for _, c := range list.Distinct() {
			all = append(all, Choice{c.Name, shown(c.Label)})
		}
	}
	return all
}
