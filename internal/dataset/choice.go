package dataset

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// choiceSource shows one choice as its code or its label. In a de-identified export a value that is no choice is
// left out: it may be anything.
func (p *plan) choiceSource(expr string, v variable) source {
	shown := p.shown(v.Choices)
	return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = p.choice(shown, value) }}
}

func (p *plan) choice(shown map[string]string, value any) any {
	code, ok := text(value).(string)
	if !ok {
		return nil
	}
	if s, known := shown[code]; known {
		return s
	}
	if p.identified {
		return code
	}
	return nil
}

// shown leads from a code to what the export writes for it.
func (p *plan) shown(list []Choice) map[string]string {
	m := make(map[string]string, len(list))
	for _, c := range list {
		label := c.ZH
		if p.labels == "en" {
			label = c.EN
		}
		if p.labels == "" || label == "" {
			label = c.Code
		}
		m[c.Code] = label
	}
	return m
}

// choicesSource shows a multiple choice in one column, codes separated by blanks or labels by "; ", and then one column
// of 0 and 1 per choice. A ranking gives the rank, from 1, instead.
func (p *plan) choicesSource(expr string, v variable, kind survey.Kind) source {
	shown, between := p.shown(v.Choices), " "
	if p.labels != "" {
		between = "; "
	}
	codes := make([]string, len(v.Choices))
	for i, c := range v.Choices {
		codes[i] = c.Code
	}
	return source{expr, append([]variable{v}, flags(v, kind)...), func(cells []any, value any, _ string) {
		clear(cells)
		chosen := names(value)
		if len(chosen) == 0 {
			return
		}
		var parts []string
		for _, code := range chosen {
			if s, ok := p.choice(shown, code).(string); ok {
				parts = append(parts, s)
			}
		}
		cells[0] = text(strings.Join(parts, between))
		for i, code := range codes {
			cells[i+1] = flag(slices.Index(chosen, code), kind)
		}
	}}
}

func flag(at int, kind survey.Kind) any {
	switch {
	case kind == survey.KindRank && at < 0:
		return nil
	case kind == survey.KindRank:
		return int64(at + 1)
	case at < 0:
		return int64(0)
	}
	return int64(1)
}

func flags(v variable, kind survey.Kind) []variable {
	var all []variable
	for _, c := range v.Choices {
		one := v
		one.Name, one.ZH, one.EN, one.Type = v.Name+"/"+c.Code, join(v.ZH, c.ZH), join(v.EN, c.EN), "flag"
		one.Choices, one.NoAnswer, one.Numeric, one.Missing = nil, nil, true, blankFlag
		if kind == survey.KindRank {
			one.Type, one.Missing = "rank", blank
		}
		all = append(all, one)
	}
	return all
}

func join(question, choice string) string {
	if question == "" || choice == "" {
		return question + choice
	}
	return question + ": " + choice
}
