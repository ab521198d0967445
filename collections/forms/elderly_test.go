package forms_test

import (
	"slices"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// Ability is rated of who was seen only, and subjective questions are put to nobody else than the person.
func TestWhoIsAskedWhat(t *testing.T) {
	subjective := []string{"self_rated_health", "loneliness", "preferred_way"}
	for _, c := range []struct {
		name             string
		answers          string
		ability, opinion bool
	}{
		{"at home", "", true, true},
		{"by telephone", "contact_method=telephone", false, true},
		{"a daughter, the person seen", "informant=child elder_seen=yes", true, false},
		{"a daughter, the person not seen", "informant=child elder_seen=no", false, false},
		{"a daughter by telephone", "contact_method=telephone informant=child elder_seen=yes", false, false},
		{"without consent to sensitive facts", "consent_parts=none", false, true},
	} {
		s := newElder(t)
		for _, pair := range strings.Fields(c.answers) {
			name, answer, _ := strings.Cut(pair, "=")
			s.set(name, answer)
		}
		shown := s.shown()
		if got := slices.Contains(shown, "walking"); got != c.ability {
			t.Errorf("%s: ability asked is %v", c.name, got)
		}
		for _, name := range subjective {
			if got := slices.Contains(shown, name); got != c.opinion {
				t.Errorf("%s: %s asked is %v", c.name, name, got)
			}
		}
		if got := s.answer("final_level") != ""; got != c.ability {
			t.Errorf("%s: a level is %v", c.name, got)
		}
		if got := s.answer("ability_instrument") + s.answer("ability_version"); (got == "GB/T 421952022/doorstep-2026-11") != c.ability {
			t.Errorf("%s: the scores are of %q", c.name, got)
		}
	}
}

// What contradicts itself is asked again.
func TestContradictions(t *testing.T) {
	for _, c := range []struct{ given, question, good, bad string }{
		{"residents=4", "living_arrangement", "children", "alone"}, {"residents=1", "living_arrangement", "alone", "spouse"},
		{"residents=2 marriage=widowed", "living_arrangement", "relatives", "spouse"}, {"residents=3 children_alive=0 marriage=married", "living_arrangement", "spouse", "spouse_children"},
		{"marriage=widowed", "main_carer", "daughter", "spouse"}, {"children_alive=0", "main_carer", "nanny", "son"}, {"final_level=severe", "main_carer", "none", "self"},
		{"care_risk_kinds=fall", "falls", "1", "0"}, {"care_risk_kinds=none", "falls", "0", "-1"}, {"informant=spouse", "marriage", "married", "widowed"},
		{"capacity=no", "informant", "child", "self"}, {"assistance=none", "benefits", "transport", "low_income"}, {"disability_card=no", "benefits", "none", "disability"},
		{"consent=refused", "outcome", "2.112", "1.1"}, {"eligible=yes consent=oral", "outcome", "1.2", "4.70"}, {"residents=2", "elderly_count", "2", "3"},
		{"services_needed=meals", "first_service", "meals", "bathing"}, {"", "medicines", "-8", "-7"}, {"", "safety_signs", "abuse neglect", "none abuse"},
		{"", "services_needed", "meals other", "none meals"},
	} {
		r := fill(t, elderly)
		for _, pair := range strings.Fields(c.given) {
			name, answer, _ := strings.Cut(pair, "=")
			r.set(name, answer)
		}
		if !r.allowed(c.question, c.good) || r.allowed(c.question, c.bad) {
			t.Errorf("%s, %s: %s is refused or %s passes", c.given, c.question, c.good, c.bad)
		}
	}
	five := read(t, elderly).Lists["distance"].Choices[0].Label.Tagged("zh")
	if !strings.Contains(five, "5 分钟") || !strings.Contains(five, "300 米") {
		t.Errorf("five minutes on foot are %s", five)
	}
}

// The outcome is proposed from what was met at the door, the screening, the consent and the end.
func TestOutcomeIsProposed(t *testing.T) {
	met := "contact=elder_met eligible=yes capacity=yes"
	for answers, want := range map[string]string{
		"contact=nobody": "2.22", "contact=long_absent": "2.27", "contact=no_access": "2.21", "contact=vacant": "4.61", "contact=institution": "4.52", "contact=neighbour_only": "3.21",
		"contact=family_met eligible=no": "4.70", "contact=family_met eligible=refused": "2.111", "contact=elder_met eligible=dont_know": "3.21",
		"contact=family_met eligible=yes availability=postponed": "2.28", "contact=family_met eligible=yes availability=away": "2.23", "contact=family_met eligible=yes availability=deceased": "2.31",
		met: "", met + " consent=refused": "2.112", met + " consent=oral": "1.1", met + " consent=written interview_end=partial": "1.2", met + " consent=written interview_end=broken_off": "2.12",
		"contact=elder_met eligible=yes capacity=no consent_by=nobody": "2.32", "contact=elder_met eligible=yes capacity=no consent_by=child assent=unwilling": "2.112", "": "",
	} {
		r := fill(t, elderly)
		for _, pair := range strings.Fields(answers) {
			name, answer, _ := strings.Cut(pair, "=")
			r.set(name, answer)
		}
		if got := r.calculate("outcome"); got != want {
			t.Errorf("%s: %s, want %s", answers, got, want)
		}
	}
}

// What is seen or heard of danger asks for help at once, whoever answered and however the visit ended.
func TestDangerIsFollowedUp(t *testing.T) {
	bound, err := validate.For(read(t, elderly))
	if err != nil {
		t.Fatal(err)
	}
	for answers, want := range map[string]bool{
		"closing/safety_signs=suicidal_words": true, "closing/safety_signs=neglect abuse": true, "ability/care_risk_kinds=fall self_harm": true,
		"closing/safety_signs=none": false, "closing/safety_signs=dont_know": false, "ability/care_risk_kinds=fall lost": false,
	} {
		path, answer, _ := strings.Cut(answers, "=")
		found := visit(bound, map[string]string{path: answer})
		if got := slices.ContainsFunc(found, func(i survey.Issue) bool { return i.Code == "report.urgent" && i.Field == path }); got != want {
			t.Errorf("%s: %v", answers, found)
		}
	}
	for _, outcome := range []string{"1.1", "2.112", "2.22", "4.61"} {
		s := newElder(t)
		s.set("outcome", outcome)
		if !slices.Contains(s.shown(), "safety_signs") {
			t.Errorf("signs of danger are not asked at %s", outcome)
		}
	}
}
