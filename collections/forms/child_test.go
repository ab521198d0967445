package forms_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// extra returns the cell of a choice in a column beside its labels.
func (r *filled) extra(list, choice, column string) string {
	for _, c := range r.form.Lists[list].Choices {
		if c.Name != choice {
			continue
		}
		for _, x := range c.Extra {
			if x.Name == column {
				return x.Value
			}
		}
	}
	return ""
}

// riskItems are the questions about risks in the order of the table, of a severity or of all.
func (r *filled) riskItems(severity string) (names []string) {
	for _, c := range r.form.Lists["risk_item"].Choices {
		if asked := r.names[c.Name] != nil; asked && (severity == "" || r.extra("risk_item", c.Name, "severity") == severity) {
			names = append(names, c.Name)
		}
	}
	return names
}

// assess answers the items of a child of an age to whom every item applies that can, and returns the grade.
func (r *filled) assess(answers map[string]string, rest string) (*filled, string) {
	r.t.Helper()
	r = r.again()
	for name, value := range map[string]string{"today": "2026-11-23", "contact_method": "household_visit", "outcome": "1.1", "consent": "oral",
		"children_count": "1", "parents_care": "both", "child_screen": "none", "child_birth_date": "2015-03-01", "child_sex": "female"} {
		r.set(name, value)
	}
	gate := map[string]string{"no": "none", "": ""}
	for _, name := range r.riskItems("") {
		r.set(name, rest)
	}
	for _, domain := range []string{"gate_harm", "gate_care", "gate_mind"} {
		if value, known := gate[rest]; known && len(answers) == 0 {
			r.set(domain, value)
		} else {
			r.set(domain, "some")
		}
	}
	for name, value := range answers {
		r.set(name, value)
	}
	r.calculate("info_only", "interviewed", "must_answer", "child_age", "child_more", "father_now", "mother_now", "maybe_orphan", "maybe_unattended",
		"risk_yes", "risk_unsure", "risk_complete", "risk_points")
	return r, r.calculate("risk_grade")
}

// bound are the rules of the form; they are bound once.
func (r *filled) bound() *validate.Bound {
	r.t.Helper()
	if r.rules == nil {
		var err error
		if r.rules, err = validate.For(r.form); err != nil {
			r.t.Fatal(err)
		}
	}
	return r.rules
}

// reported are the codes of the reports that the server opens for the answers.
func (r *filled) reported() (codes []string) {
	r.t.Helper()
	for _, i := range r.bound().Check(&survey.Instance{Root: r.root}, validate.Visit{At: visited, Sure: true}) {
		if strings.HasPrefix(i.Code, "report.") {
			codes = append(codes, i.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Every severe item decides alone, whatever the mild ones say, and is reported; unsure of it is yellow, with a call-back
// within a day, and reported as suspected.
func TestEachSevereItemDecidesAlone(t *testing.T) {
	base := fill(t, "child_visit.csv")
	base.bound()
	severe := base.riskItems("severe")
	if len(severe) < 14 {
		t.Fatalf("only %v are severe", severe)
	}
	for _, name := range severe {
		r, grade := base.assess(map[string]string{name: "yes"}, "no")
		if grade != "red" || r.calculate("risk_reason") != name || len(r.reported()) == 0 {
			t.Errorf("%s alone: %s because of %q, reports %v", name, grade, r.calculate("risk_reason"), r.reported())
		}
		if due := r.calculate("follow_up_due", "callback_due"); due != "2026-11-24" {
			t.Errorf("%s: to be seen again by %q", name, due)
		}
		with := map[string]string{name: "yes"}
		for _, mild := range r.riskItems("mild") {
			with[mild] = "yes"
		}
		if _, grade := base.assess(with, "no"); grade != "red" {
			t.Errorf("%s with all mild ones: %s", name, grade)
		}
		r, grade = base.assess(map[string]string{name: "unsure"}, "no")
		if due := r.calculate("follow_up_due"); grade != "yellow" || due != "2026-11-24" || r.calculate("risk_reason") != name {
			t.Errorf("unsure of %s: %s because of %q, due %s", name, grade, r.calculate("risk_reason"), due)
		}
		if name != "risk_alone_under8" && !slices.Equal(r.reported(), []string{"report.suspected"}) {
			t.Errorf("unsure of %s reports %v", name, r.reported())
		}
	}
}

func TestUnknownIsNotLow(t *testing.T) {
	base := fill(t, "child_visit.csv")
	for _, tt := range []struct {
		name, rest, grade, due string
		answers                map[string]string
	}{
		{"all answered no", "no", "green", "2026-12-23", nil},
		{"nothing answered", "", "unassessed", "2026-11-26", nil},
		{"all unsure", "unsure", "yellow", "2026-11-24", nil},
		{"one mild item unsure", "no", "unassessed", "2026-11-26", map[string]string{"risk_sleep": "unsure"}},
		{"one item blank", "no", "unassessed", "2026-11-26", map[string]string{"risk_gaming": ""}},
		{"a mild item", "no", "blue", "2026-11-30", map[string]string{"risk_sleep": "yes"}},
		{"moody and bullied", "no", "blue", "2026-11-30", map[string]string{"risk_mood": "yes", "risk_bullying": "yes"}},
		{"several middle ones", "no", "yellow", "2026-11-26", map[string]string{"risk_bullying": "yes", "risk_misconduct": "yes"}},
		{"a schoolchild alone at night", "no", "yellow", "2026-11-26", map[string]string{"risk_alone_at_night": "yes"}},
		{"beaten by the carer", "no", "red", "2026-11-24", map[string]string{"child_screen": "care", "parents_care": "other", "guardianship_problem": "abuse"}},
		{"nobody cares", "no", "red", "2026-11-24", map[string]string{"child_screen": "care", "parents_care": "other", "guardian_relation": "none"}},
		{"parents in prison and dead", "no", "yellow", "2026-11-26", map[string]string{"parents_care": "other", "family_father": "imprisoned", "family_mother": "dead"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, grade := base.assess(tt.answers, tt.rest)
			if due := r.calculate("follow_up_due"); grade != tt.grade || due != tt.due {
				t.Errorf("%s, due %s because of %q; want %s, %s", grade, due, r.calculate("risk_reason"), tt.grade, tt.due)
			}
			again := "" // a task is made for the two highest grades
			if grade == "red" || grade == "yellow" {
				again = tt.due
			}
			if got := r.calculate("callback_due"); got != again {
				t.Errorf("%s: a task by %q, want %q", grade, got, again)
			}
		})
	}
}

// What the opinion of 2020 lists is reported, at every outcome.
func TestWhatMustBeReportedIs(t *testing.T) {
	base := fill(t, "child_visit.csv")
	base.bound()
	for _, tt := range []struct{ question, answer, code string }{
		{"risk_sexual_abuse", "yes", validate.MandatoryReport}, {"risk_pregnancy", "yes", validate.MandatoryReport}, {"risk_injury", "yes", validate.MandatoryReport},
		{"risk_malnourished", "yes", validate.MandatoryReport}, {"risk_self_harm", "yes", validate.MandatoryReport}, {"risk_abandoned", "yes", validate.MandatoryReport},
		{"risk_no_carer", "yes", validate.MandatoryReport}, {"risk_trafficked", "yes", validate.MandatoryReport}, {"risk_exploited", "yes", validate.MandatoryReport},
		{"risk_severe_bullying", "yes", validate.MandatoryReport}, {"risk_other_harm", "yes", validate.MandatoryReport}, {"risk_domestic_violence", "yes", validate.MandatoryReport},
		{"immediate_danger", "unsure", validate.SuspectedReport}, {"guardianship_problem", "abuse", validate.MandatoryReport}, {"guardian_ability", "none", validate.SuspectedReport},
		{"safety_concern", "danger", validate.MandatoryReport}, {"safety_concern", "concern", validate.SuspectedReport}, {"safety_concern", "unsure", validate.SuspectedReport},
		{"tip_urgency", "now", validate.MandatoryReport}, {"tip_what", "school begging", validate.MandatoryReport},
	} {
		r := base.again()
		r.set(tt.question, tt.answer)
		if got := r.reported(); !slices.Equal(got, []string{tt.code}) {
			t.Errorf("%s %s reports %v, want %s", tt.question, tt.answer, got, tt.code)
		}
	}
}

// Every choice that a rule of either form names raises the report of that rule alone, and tells which choice it was.
func TestEveryTriggerReports(t *testing.T) {
	kinds := map[string]string{"mandatory_report": validate.MandatoryReport, "suspected_report": validate.SuspectedReport, "urgent_follow_up": validate.UrgentFollowUp}
	trigger := regexp.MustCompile(`(mandatory_report|suspected_report|urgent_follow_up)\(([^)]*)\)`)
	for file, least := range map[string]int{"child_visit.csv": 50, "elderly_baseline.csv": 8} {
		base, tried := fill(t, file), 0
		base.bound()
		for name, q := range base.names {
			for _, rule := range trigger.FindAllStringSubmatch(bind(q, "doorstep:rule"), -1) {
				for choice := range strings.FieldsFuncSeq(rule[2], func(c rune) bool { return c == ',' || c == ' ' }) {
					tried++
					if !base.form.Lists[q.List].Has(choice) {
						t.Errorf("%s has no choice %s", name, choice)
					}
					r := base.again()
					r.set(name, choice)
					found := slices.DeleteFunc(r.bound().Check(&survey.Instance{Root: r.root}, validate.Visit{At: visited, Sure: true}), func(i survey.Issue) bool { return !strings.HasPrefix(i.Code, "report.") })
					if len(found) != 1 || found[0].Code != kinds[rule[1]] || found[0].Said != (survey.Said{Choices: choice, Single: q.Kind == survey.KindSelectOne}) {
						t.Errorf("%s %s reports %+v", name, choice, found)
					}
				}
			}
		}
		if tried < least {
			t.Errorf("%s: %d triggers", file, tried)
		}
	}
}

// shown reports whether a question is on the tablet's screen.
func (r *filled) shown(q *survey.Question) bool {
	for at := q; at != nil && at.Parent != nil; at = at.Parent {
		if at.Relevant != "" && r.evaluate(at.Relevant, at.Name) != "true" {
			return false
		}
	}
	return true
}

// walk answers a form as given and lists the questions that are shown then.
func walk(t *testing.T, answers map[string]string) (r *filled, shown []string) {
	t.Helper()
	r = fill(t, "child_visit.csv")
	for name, value := range answers {
		r.set(name, value)
	}
	for range 3 {
		r.form.Walk(func(q *survey.Question) bool {
			if q.Type == "calculate" && q.Name != "meta" && !strings.Contains(q.Calculation, "households") && !strings.Contains(q.Calculation, "uuid") && !strings.HasPrefix(q.Name, "generated") {
				r.calculate(q.Name)
			}
			return q.Name != "meta"
		})
	}
	r.form.Walk(func(q *survey.Question) bool {
		asked := q.Kind > survey.KindNone && q.Kind < survey.KindNote && q.Type != "calculate" && q.Type != "hidden" && len(q.Label) > 0
		if asked && r.shown(q) {
			shown = append(shown, q.Name)
		}
		return q.Name != "meta"
	})
	return r, shown
}

var healthy = map[string]string{
	"today": "2026-11-23", "contact_method": "household_visit", "attempt": "1", "contact_result": "met", "language": "mandarin", "consent": "oral", "informant_relation": "mother",
	"consent_scope": "photo sensitive", "location": "0 0 0 0", "outcome": "1.1", "household_listed": "new", "address": "示例路 1 号", "residents": "3", "children_count": "1",
	"assistance": "none", "parents_care": "both", "child_name": "王小明", "child_sex": "male", "child_birth_date": "2015-03-01", "child_contact": "with_others", "child_screen": "none",
	"school_status": "primary", "risk_when": "now", "immediate_danger": "no", "gate_harm": "none", "gate_care": "none", "gate_mind": "none", "safety_concern": "none", "observation": "none",
}

// A photo is taken only with consent; that nobody was asked about photos, as earlier versions did not, is no refusal: a
// correction must not take the photo of such a record away.
func TestThePhotoOfTheDoor(t *testing.T) {
	for _, tt := range []struct {
		answers string // consent, what else is agreed to, what came of the contact
		asked   bool
	}{
		{"oral photo met", true}, {"oral photo ", true}, {"oral  met", true}, {"written  ", true}, {"  nobody", true},
		{"oral sensitive met", false}, {"oral none met", false}, {"refused  met", false}, {"  met", false}, {"  ", false},
	} {
		given := strings.Split(tt.answers, " ")
		_, shown := walk(t, map[string]string{"today": "2026-11-23", "contact_method": "household_visit", "consent": given[0], "consent_scope": given[1], "contact_result": given[2]})
		if asked := slices.Contains(shown, "door_plate_photo"); asked != tt.asked {
			t.Errorf("%q: asked for a photo %t", tt.answers, asked)
		}
	}
}

func TestBurden(t *testing.T) {
	tip := map[string]string{"today": "2026-11-23", "contact_method": "neighbour_visit", "outcome": "info", "location": "0 0 0 0", "tip_what": "alone", "informant_relation": "neighbour"}
	for _, tt := range []struct {
		name    string
		answers map[string]string
		most    int
	}{
		{"healthy child", healthy, 35}, {"neighbour", tip, 12},
		{"refusal", map[string]string{"contact_method": "household_visit", "contact_result": "met", "consent": "refused", "outcome": "2.111", "location": "0 0 0 0"}, 18},
		{"no child", map[string]string{"contact_method": "household_visit", "contact_result": "no_child", "outcome": "4.70", "location": "0 0 0 0"}, 14},
	} {
		r, shown := walk(t, tt.answers)
		t.Logf("%s: %d questions shown", tt.name, len(shown))
		if len(shown) > tt.most || !slices.Contains(shown, "safety_concern") && !slices.Contains(shown, "tip_urgency") {
			t.Errorf("%s is shown %d questions, want at most %d: %v", tt.name, len(shown), tt.most, shown)
		}
		if tt.name == "healthy child" && r.calculate("risk_grade") != "green" {
			t.Errorf("a healthy child is %s", r.calculate("risk_grade"))
		}
	}
}

// What the carer must not see is shown only after leaving, and the end asks for it.
func TestRiskIsFilledInAfterLeaving(t *testing.T) {
	answers := map[string]string{}
	for k, v := range healthy {
		answers[k] = v
	}
	answers["risk_when"], answers["child_screen"] = "later", "care"
	_, shown := walk(t, answers)
	for _, name := range shown {
		if strings.HasPrefix(name, "gate_") || name == "immediate_danger" || strings.HasPrefix(name, "guardian_ability") || name == "categories" || name == "worker_grade" {
			t.Errorf("%s is shown before leaving", name)
		}
	}
	for _, later := range []bool{true, false} {
		r, _ := walk(t, answers)
		if !later {
			r.set("risk_when", "now")
		}
		r.calculate("risk_pending")
		if r.allowed("safety_concern", "none") == later {
			t.Errorf("later %v: the end does not tell", later)
		}
	}
}

// Nothing about a child's risk, state or benefits leaves in a de-identified export.
func TestSensitiveAnswersAreMarked(t *testing.T) {
	f := read(t, "child_visit.csv")
	names := questions(t, f)
	marked := func(q *survey.Question) bool {
		return slices.ContainsFunc(q.Bind, func(p survey.Pair) bool {
			return p.Name == "doorstep:sensitivity" && (p.Value == "sensitive" || p.Value == "identifier")
		})
	}
	for _, name := range slices.Concat(fill(t, "child_visit.csv").riskItems(""), strings.Fields(`risk_yes risk_unsure risk_points risk_grade risk_reason worker_grade categories
		guardianship_problem guardian_ability serious_illness disability disability_type disability_grade health_status parents_care family_father family_mother
		father_situation mother_situation maybe_orphan maybe_unattended benefits assistance difficulty safety_concern tip_what tip_urgency immediate_danger`)) {
		if names[name] == nil || !marked(names[name]) {
			t.Errorf("%s is not marked as sensitive", name)
		}
	}
}

// Whoever cannot answer is not made to choose something untrue, and each reason is told apart.
func TestRequiredQuestionsCanBeLeftOpen(t *testing.T) {
	f := read(t, "child_visit.csv")
	exempt := strings.Fields(`contact_method outcome consent consent_by consent_scope child_sex child_contact child_assent risk_when immediate_danger danger_action safety_action gate_harm gate_care
		gate_mind no_signature_reason worker_grade language interpreter contact_result observation categories guardianship_problem out_of_school_reason person_looked`)
	f.Walk(func(q *survey.Question) bool {
		list := f.Lists[q.List]
		if q.Required == "" || list == nil || slices.Contains(exempt, q.Name) {
			return true
		}
		open := false
		for _, c := range list.Choices {
			for _, x := range c.Extra {
				open = open || x.Name == "missing" && x.Value != ""
			}
		}
		if !open {
			t.Errorf("%s has to be answered, and has no answer for who does not know", q.Name)
		}
		return true
	})
}

func TestOutcomesAreMappedOnce(t *testing.T) {
	r := fill(t, "child_visit.csv")
	seen := map[string]string{}
	for _, c := range r.form.Lists["outcome"].Choices {
		aapor, dhs := r.extra("outcome", c.Name, "aapor"), r.extra("outcome", c.Name, "dhs")
		if c.Name != "info" && (aapor == "" || dhs == "") {
			t.Errorf("%s has no code: AAPOR %q, DHS %q", c.Name, aapor, dhs)
		}
		seen[c.Name] = fmt.Sprint(aapor, " ", dhs)
	}
	if seen["2.22"] != "2.24 2" || seen["2.27"] != "2.25 3" || seen["2.28"] != "2.25 4" {
		t.Errorf("nobody in, long away and postponed: %v", seen)
	}
	for _, c := range r.form.Lists["contact_result"].Choices {
		if proposed := r.extra("contact_result", c.Name, "outcome"); proposed != "" && seen[proposed] == "" {
			t.Errorf("%s proposes %s, which is no outcome", c.Name, proposed)
		}
	}
}
