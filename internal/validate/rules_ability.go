package validate

import (
	"slices"
	"strconv"

	"doorstep/internal/survey"
)

// abilityFacts are the questions beside the items that a form of GB/T 42195 has.
var abilityFacts = []string{"coma", "dementia", "mental_disorder", "care_risk_events"}

// abilityBinding is where a form answers the items of an instrument.
type abilityBinding struct {
	in    AbilityInstrument
	items map[string]int // slot by item
	facts map[string]int // slot by fact; a fact that the form does not ask is missing
}

// abilityScore is ability_score(x): the answer is computed again from the items. x is a part of the instrument, total,
// preliminary or final.
func abilityScore(c *compiler, q *survey.Question, args []string) check {
	in := GBT42195()
	if len(args) != 1 {
		return c.wrongArguments(q)
	}
	part := slices.IndexFunc(in.Parts, func(p AbilityPart) bool { return p.Name == args[0] })
	if part < 0 && !slices.Contains([]string{"total", "preliminary", "final"}, args[0]) {
		return c.wrongArguments(q)
	}
	b := c.ability(q, in)
	return func(v *visit, answer string) {
		r := b.score(v)
		switch args[0] {
		case "total":
			v.sameScore(answer, r.Total)
		case "preliminary":
			v.sameLevel(answer, r.Preliminary)
		case "final":
			v.sameLevel(answer, r.Final)
			b.consistent(v)
		default:
			v.sameScore(answer, r.Parts[part])
		}
	}
}

func (c *compiler) ability(q *survey.Question, in AbilityInstrument) abilityBinding {
	b := abilityBinding{in: in, items: map[string]int{}, facts: map[string]int{}}
	for _, p := range in.Parts {
		for _, item := range p.Items {
			b.items[item.Name] = c.partner(q, item.Name)
		}
	}
	for _, name := range abilityFacts {
		if found := c.find(q, name); found != nil {
			b.facts[name] = c.slot(found)
		}
	}
	return b
}

func (b abilityBinding) score(v *visit) AbilityResult {
	return b.in.Score(func(item string) string { return v.answer(b.items[item]) }, AbilityFacts{
		Coma: b.fact(v, "coma") == "yes", Dementia: b.fact(v, "dementia") == "yes",
		MentalDisorder: b.fact(v, "mental_disorder") == "yes", RiskEvents: number(b.fact(v, "care_risk_events")),
	})
}

func (b abilityBinding) fact(v *visit, name string) string {
	if slot, ok := b.facts[name]; ok {
		return v.answer(slot)
	}
	return ""
}

// consistent looks for a coma in someone who is said to be conscious.
func (b abilityBinding) consistent(v *visit) {
	awake := v.answer(b.items["consciousness"])
	if b.fact(v, "coma") == "yes" && awake != "" && awake != "0" {
		v.report("ability.coma")
	}
}

func (v *visit) sameScore(answer string, score int) {
	n, err := strconv.ParseFloat(answer, 64)
	switch {
	case score == unscored:
		v.report("ability.incomplete")
	case err != nil || n != float64(score):
		v.report("ability.score")
	}
}

func (v *visit) sameLevel(answer string, level Level) {
	switch {
	case level == "":
		v.report("ability.incomplete")
	case answer != string(level):
		v.report("ability.level")
	}
}
