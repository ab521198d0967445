package forms_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

const elderly = "elderly_baseline.csv"

func bind(q *survey.Question, name string) string {
	for _, p := range q.Bind {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

func extra(c survey.Choice, column string) string {
	for _, p := range c.Extra {
		if p.Name == column {
			return p.Value
		}
	}
	return ""
}

// elder is an interview at home with somebody at best in all items.
type elder struct {
	*filled
}

var elderLogic = sync.OnceValues(func() (*validate.Logic, error) {
	f, _ := known.Load(elderly)
	return validate.Compile(f.(*survey.Form))
})

func newElder(t *testing.T) *elder {
	s := &elder{filled: fill(t, elderly)}
	for name, answer := range map[string]string{"start": "2026-11-23T10:00:00.000+08:00", "today": "2026-11-23", "end": "2026-11-23T10:40:00.000+08:00",
		"contact_method": "household_visit", "contact": "elder_met", "eligible": "yes", "capacity": "yes", "consent": "written", "consent_parts": "sensitive",
		"outcome": "1.1", "informant": "self", "elder_birth_date": "1950-01-01", "elder_registration": "local", "assessment_kind": "screening", "dementia": "no", "mental_disorder": "no", "care_risk_kinds": "none"} {
		s.set(name, answer)
	}
	s.lower(0)
	return s
}

// lower takes points off, from the items in order.
func (s *elder) lower(points int) {
	for _, part := range validate.GBT42195().Parts {
		for _, item := range part.Items {
			take := min(points, item.Max)
			points -= take
			s.set(item.Name, strconv.Itoa(item.Max-take))
		}
	}
}

// shown lets the server's engine evaluate the record and lists the names of what is asked.
func (s *elder) shown() (names []string) {
	s.t.Helper()
	logic, err := elderLogic()
	if err != nil {
		s.t.Fatal(err)
	}
	for _, q := range logic.Shown(context.Background(), &survey.Instance{Root: s.root}) {
		names = append(names, q.Question.Name)
	}
	return names
}

func (s *elder) answer(name string) string {
	n := s.root
	for _, step := range strings.Split(s.path(name), "/") {
		if n = n.Child(step); n == nil {
			return ""
		}
	}
	return n.Value()
}

// screened is total, preliminary and final level as the form computes them, which have to be what the server computes.
func (s *elder) screened() string {
	s.t.Helper()
	parts := []string{"self_care_score", "mobility_score", "mental_score", "perception_score"}
	final := s.calculate(append(parts, "ability_total", "preliminary_level", "final_level")...)
	got := fmt.Sprintf("%s %s %s", s.answer("ability_total"), s.answer("preliminary_level"), final)
	events, _ := strconv.Atoi(s.answer("care_risk_events"))
	r := validate.GBT42195().Score(s.answer, validate.AbilityFacts{Dementia: s.answer("dementia") == "yes", MentalDisorder: s.answer("mental_disorder") == "yes", RiskEvents: events})
	total := strconv.Itoa(r.Total)
	if r.Total < 0 {
		total = ""
	}
	if server := fmt.Sprintf("%s %s %s", total, r.Preliminary, r.Final); server != got {
		s.t.Errorf("the form says %s, the server %s", got, server)
	}
	return got
}
