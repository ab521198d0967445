package forms_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// contradictions are all that the forms declare between two answers: beside what is given, good is fine and bad is not.
var contradictions = []struct{ file, given, question, good, bad string }{
	{"child_visit.csv", "outcome=1.2", "consent", "oral", "refused"},
	{"child_visit.csv", "informant_relation=grandparent", "consent_by", "guardian", "self"},
	{"child_visit.csv", "", "outcome", "1.2", "info"},
	{"child_visit.csv", "", "revisit_at", "2026-11-24T10:00:00.000+08:00", "2026-11-22T10:00:00.000+08:00"},
	{"child_visit.csv", "outcome=1.1", "children_count", "1", "0"},
	{"child_visit.csv", "", "child_birth_date", "2015-03-01", "2026-12-01"},
	{"child_visit.csv", "residents=3", "child_lives_with", "father", "alone"},
	{"child_visit.csv", "school_status=primary", "school_grade", "6", "7"},
	{"child_visit.csv", "school_status=dropped_out", "out_of_school_since", "2026-09-01", "2026-12-01"},
	{"child_visit.csv", "parents_care=other family_father=dead family_mother=dead", "categories", "orphan", "none"},
	{"child_visit.csv", "school_status=dropped_out gate_mind=some", "risk_out_of_school", "yes", "no"},
	{"child_visit.csv", "", "follow_up_date", "2026-11-24", "2026-11-22"},
	{"elderly_baseline.csv", "consent=oral", "outcome", "1.2", "4.70"},
	{"elderly_baseline.csv", "", "revisit_at", "2026-11-24T10:00:00.000+08:00", "2026-11-22T10:00:00.000+08:00"},
	{"elderly_baseline.csv", "capacity=no consent_by=child assent=willing elder_seen=yes", "informant", "child", "self"},
	{"elderly_baseline.csv", "residents=2", "elderly_count", "2", "3"},
	{"elderly_baseline.csv", "", "elder_birth_date", "1950-01-01", "1990-01-01"},
	{"elderly_baseline.csv", "informant=spouse elder_seen=yes", "marriage", "married", "widowed"},
	{"elderly_baseline.csv", "residents=4", "living_arrangement", "children", "alone"},
	{"elderly_baseline.csv", "residents=1", "living_arrangement", "alone", "relatives"},
	{"elderly_baseline.csv", "residents=2 marriage=widowed", "living_arrangement", "children", "spouse"},
	{"elderly_baseline.csv", "residents=3 children_alive=0", "living_arrangement", "relatives", "children"},
	{"elderly_baseline.csv", "care_risk_kinds=fall,lost", "care_risk_events", "2", "1"},
	{"elderly_baseline.csv", "assessment_kind=formal first_assessor=赵敏", "second_assessor", "钱立", "赵敏"},
	{"elderly_baseline.csv", "care_risk_kinds=fall care_risk_events=1", "falls", "1", "0"},
	{"elderly_baseline.csv", "marriage=widowed", "main_carer", "nanny", "spouse"},
	{"elderly_baseline.csv", "children_alive=0", "main_carer", "nanny", "son"},
	{"elderly_baseline.csv", "services_needed=meals,bathing", "first_service", "meals", "legal"},
	{"elderly_baseline.csv", "assistance=none", "benefits", "transport", "low_income"},
	{"elderly_baseline.csv", "disability_card=no", "benefits", "transport", "disability"},
	{"elderly_baseline.csv", "", "follow_up_date", "2026-11-24", "2026-11-22"},
}

// consequences are what another answer makes of the rest: calculations, and answers that are not asked for any more.
var consequences = []string{"logic.calculate", "logic.recalculated", "logic.recalculated_kept", "logic.irrelevant_kept"}

// began is a partial interview with nothing against it.
func began(t *testing.T, file string) *filled {
	if file == elderly {
		s := newElder(t)
		s.set("outcome", "1.2")
		return s.filled
	}
	r := fill(t, file)
	for name, value := range healthy {
		r.set(name, value)
	}
	for name, value := range map[string]string{"start": "2026-11-23T10:00:00.000+08:00", "outcome": "1.2", "child_screen": "care", "child_age_estimate": ""} {
		r.set(name, value)
	}
	return r
}

// Each contradiction alone raises its issue at its question, and nothing else that was not there before.
func TestEachContradictionAlone(t *testing.T) {
	logics := map[string]*validate.Logic{}
	for _, c := range contradictions {
		t.Run(c.question+" "+c.given, func(t *testing.T) {
			found := func(answer string) (all []string, path string) {
				r := began(t, c.file)
				for _, pair := range strings.Fields(c.given) {
					name, value, _ := strings.Cut(pair, "=")
					r.set(name, strings.ReplaceAll(value, ",", " "))
				}
				r.set(c.question, answer)
				if logics[c.file] == nil {
					var err error
					if logics[c.file], err = validate.Compile(r.form); err != nil {
						t.Fatal(err)
					}
				}
				for _, i := range logics[c.file].Check(context.Background(), &survey.Instance{Root: r.root}, validate.LeaveIn).Issues {
					if !slices.Contains(consequences, i.Code) {
						all = append(all, i.Code+" "+i.Field)
					}
				}
				return all, r.path(c.question)
			}
			before, path := found(c.good)
			after, _ := found(c.bad)
			more := slices.DeleteFunc(after, func(one string) bool { return slices.Contains(before, one) })
			plain := strings.ReplaceAll(strings.Join(more, "|"), "children[1]/", "children/")
			if plain != "logic.constraint "+path {
				t.Errorf("%s instead of %s raises %q, want logic.constraint at %s alone", c.bad, c.good, more, path)
			}
			if slices.ContainsFunc(before, func(one string) bool { return strings.HasPrefix(one, "logic.constraint ") }) {
				t.Errorf("%s is refused too: %q", c.good, before)
			}
		})
	}
}

// No constraint between two answers is without its line above.
func TestEveryContradictionIsTried(t *testing.T) {
	elsewhere := []string{"child_id_number", "elder_id_number", "safety_concern", "consciousness"} // TestConstraints, TestRiskIsFilledInAfterLeaving, TestComa
	for _, file := range []string{"child_visit.csv", elderly} {
		read(t, file).Walk(func(q *survey.Question) bool {
			tried := slices.ContainsFunc(contradictions, func(c struct{ file, given, question, good, bad string }) bool {
				return c.file == file && c.question == q.Name
			})
			if strings.Contains(q.Constraint, "${") && !tried && !slices.Contains(elsewhere, q.Name) {
				t.Errorf("%s: %s is not tried", file, q.Name)
			}
			return true
		})
	}
}
