package forms_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/survey"
)

// Every disposition has one code of AAPOR, of its own class, and one of DHS.
func TestDispositionsAreMapped(t *testing.T) {
	for _, c := range read(t, elderly).Lists["outcome"].Choices {
		aapor, dhs := extra(c, "aapor"), extra(c, "dhs")
		ours, ok := survey.Classify(c.Name)
		theirs, known := survey.Classify(aapor)
		if !ok || !known || ours != theirs || len(dhs) != 1 || dhs < "1" || dhs > "9" {
			t.Errorf("%s is AAPOR %s (%s, %s) and DHS %s", c.Name, aapor, ours, theirs, dhs)
		}
	}
}

// Whatever must be answered has a code for who does not know or would not say, but for what the worker alone decides.
func TestMissingHasCodes(t *testing.T) {
	decided := strings.Fields("contact_method contact availability consent_by consent consent_parts outcome elder_sex household_listed person_looked elder_seen assessment_kind assessment_reason coma " +
		"assessor_level interview_end consent_confirm interview_language interpreter others_present answer_quality safety_action informant proxy_reason")
	f := read(t, elderly)
	for name, q := range questions(t, f) {
		if q.Required == "" || q.List == "" || slices.Contains(decided, name) {
			continue
		}
		if !slices.ContainsFunc(f.Lists[q.List].Choices, func(c survey.Choice) bool { return extra(c, "missing") != "" }) {
			t.Errorf("%s has no code for who does not know or would not say", name)
		}
		if q.Default != "" {
			t.Errorf("%s has a default answer", name)
		}
	}
}

// Every service that is needed leads to a basic service of the list.
func TestServicesLeadToBasicServices(t *testing.T) {
	f := read(t, elderly)
	if n := len(f.Lists["basic_service"].Choices); n != 27 {
		t.Errorf("%d basic services", n)
	}
	for _, list := range []string{"service", "benefit"} {
		for _, c := range f.Lists[list].Choices {
			code := extra(c, "basic")
			if extra(c, "missing") != "" || c.Name == "none" || c.Name == "other" {
				continue
			}
			if !f.Lists["basic_service"].Has(code) {
				t.Errorf("%s %s leads to %q", list, c.Name, code)
			}
		}
	}
	s := newElder(t)
	for name, answer := range map[string]string{"services_needed": "meals company", "meals_received": "some", "company_received": "enough"} {
		s.set(name, answer)
	}
	s.shown()
	if got := s.answer("basic_services_needed") + ", " + s.answer("basic_services_unmet"); got != "b14 b23, b14" {
		t.Errorf("meals and company are %s", got)
	}
}

// What somebody of eighty is entitled to and does not receive.
func TestBenefitGap(t *testing.T) {
	for _, c := range []struct{ born, registration, benefits, card, want string }{
		{"1946-11-23", "local", "transport", "no", "old_age_allowance"}, {"1946-11-24", "local", "transport", "no", ""}, {"1940-01-01", "province", "none", "no", ""},
		{"1940-01-01", "local", "old_age_allowance", "no", ""}, {"1960-01-01", "local", "none", "yes", "disability"}, {"1940-01-01", "local", "refused", "yes", ""},
	} {
		s := newElder(t)
		for name, answer := range map[string]string{"elder_birth_date": c.born, "elder_registration": c.registration, "benefits": c.benefits, "disability_card": c.card} {
			s.set(name, answer)
		}
		s.shown()
		if got := s.answer("benefit_gap"); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// TestFrozenCore holds what two rounds compare: its questions keep name, group, type, wording and codes. Who changes one on
// purpose writes the table anew with -update and says in docs/instruments.md from which round on it means something else.
func TestFrozenCore(t *testing.T) {
	f := read(t, elderly)
	var b strings.Builder
	f.Walk(func(q *survey.Question) bool {
		if bind(q, "doorstep:frozen") == "yes" {
			fmt.Fprintf(&b, "%s | %s | %s |", strings.TrimPrefix(f.Path(q), "/"+f.Name+"/"), q.Type, q.Label.Tagged("zh"))
			if l := f.Lists[q.List]; l != nil {
				for _, c := range l.Choices {
					b.WriteString(" " + c.Name)
				}
			}
			b.WriteString("\n")
		}
		return true
	})
	corpora.Golden(t, "testdata/elderly_core.txt", b.String())
}
