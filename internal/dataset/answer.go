package dataset

import (
	"doorstep/collections"
	"doorstep/internal/sensitive"
	"doorstep/internal/survey"
)

// answer is the source of one question.
func (p *plan) answer(a *answerTable, c column) source {
	alias := "m."
	if a.repeat {
		alias = "r."
	}
	v := variable{
		Name: c.name, ZH: c.question.Label.Tagged("zh"), EN: c.question.Label.Tagged("en"), Type: c.question.Type,
		Choices: choicesOf(c.choices), Missing: blank, NoAnswer: noAnswers(c.choices), Relevant: c.question.Relevant,
		Question: len(c.question.Label) > 0 && c.question.Type != "calculate", Disclosure: sensitive.Role(c.question),
	}
	if t := c.treatment.Treatment; t != sensitive.Keep && t != sensitive.Guarded {
		why := c.treatment.Why
		v.Identifier, v.Why = true, &why
	}
	expr := alias + `"` + c.name + `"`
	if p.identified {
		return p.whole(expr, v, c.question)
	}
	switch c.treatment.Treatment {
	case sensitive.Keep, sensitive.Guarded, sensitive.IfSmall:
		return guarded(p.whole(expr, v, c.question), tellingOf(c.question))
	case sensitive.AsMonth:
		return source{expr, []variable{v}, func(cells []any, value any, visit string) { cells[0] = monthAway(value, visit) }}
	case sensitive.AsDay:
		return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = day(value) }}
	case sensitive.AsSpan:
		v.Numeric = true
		return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = smallNumber(value) }}
	case sensitive.AsAge:
		return p.ageSource(expr, v, c.question, func(value any, _ string) any { return smallNumber(value) })
	case sensitive.AsYear:
		return p.ageSource(expr, v, c.question, ageAt)
	}
	if sensitive.Harmless(c.question) {
		return emptied(v, c.treatment.Why)
	}
	return leftOut(v, c.treatment.Why)
}

// emptied keeps the column of a question that its form calls harmless, and none of its answers.
func emptied(v variable, why survey.Words) source {
	s := leftOut(v, why)
	s.vars[0].LeftOut, s.vars[0].Missing = false, blankAlways
	s.fill = func(cells []any, _ any, _ string) { clear(cells) }
	return s
}

// tellingOf is what answers to a question must not look like.
func tellingOf(q *survey.Question) func(any) bool {
	if q.Kind != survey.KindText || !sensitive.Harmless(q) {
		return sensitive.Telling
	}
	return func(cell any) bool { return sensitive.Numbered(orNone(cell)) }
}

// guarded blanks what looks like the number of a document, a phone or a card, whatever it was an answer to: an answer that
// breaks its constraint is kept as it was sent.
func guarded(s source, telling func(any) bool) source {
	fill := s.fill
	s.fill = func(cells []any, value any, visit string) {
		fill(cells, value, visit)
		for i := range cells {
			if telling(cells[i]) {
				cells[i] = nil
			}
		}
	}
	return s
}

// whole shows an answer as it is.
func (p *plan) whole(expr string, v variable, q *survey.Question) source {
	switch kind := q.Kind; kind {
	case survey.KindInteger, survey.KindDecimal:
		v.Numeric = true
		return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = number(value) }}
	case survey.KindSelectOne:
		return p.choiceSource(expr, v)
	case survey.KindSelectMultiple, survey.KindRank:
		return p.choicesSource(expr, v, kind)
	case survey.KindGeopoint:
		return source{expr, split(v, "lat", "lon", "alt", "accuracy"), func(cells []any, value any, _ string) { point(cells, value) }}
	case survey.KindGeotrace, survey.KindGeoshape:
		return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = text(collections.Decode(kind, value)) }}
	default:
		if v.Choices != nil { // a calculation that gives codes
			return p.choiceSource(expr, v)
		}
		if held := q.Holds(); held == survey.KindInteger || held == survey.KindDecimal { // a calculation that is a number
			v.Numeric = true
			return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = numberOrText(value) }}
		}
		return source{expr, []variable{v}, func(cells []any, value any, _ string) { cells[0] = text(value) }}
	}
}

func split(v variable, parts ...string) []variable {
	var all []variable
	for _, part := range parts {
		one := v
		one.Name, one.Numeric = v.Name+"/"+part, true
		all = append(all, one)
	}
	return all
}
