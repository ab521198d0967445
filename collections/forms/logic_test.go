package forms_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xpath"
)

var (
	reference = regexp.MustCompile(`\$\{(\w+)\}`)
	literal   = regexp.MustCompile(`'[^']*'`)
)

// filled is one record of a form, at most one occurrence of each repeat, so that every ${name} is an absolute path.
type filled struct {
	t     testing.TB
	form  *survey.Form
	names map[string]*survey.Question
	root  *survey.Node
	rules *validate.Bound
	made  map[string]*xpath.Expr
}

func fill(t testing.TB, file string) *filled {
	f := read(t, file)
	r := &filled{t: t, form: f, names: map[string]*survey.Question{}, root: survey.NewElement(f.Name), made: map[string]*xpath.Expr{}}
	f.Walk(func(q *survey.Question) bool {
		r.names[q.Name] = q
		return true
	})
	return r
}

// again begins another record of the same form.
func (r *filled) again() *filled {
	next := *r
	next.root = survey.NewElement(r.form.Name)
	return &next
}

func (r *filled) path(name string) string {
	return strings.TrimPrefix(r.form.Path(r.names[name]), "/"+r.form.Name+"/")
}

func (r *filled) set(name, value string) { path(r.root, r.path(name), value) }

// calculate evaluates the calculations in the order given and returns the last.
func (r *filled) calculate(names ...string) string {
	r.t.Helper()
	result := ""
	for _, name := range names {
		result = r.evaluate(r.names[name].Calculation, name)
		r.set(name, result)
	}
	return result
}

// allowed evaluates the constraint of a question for its answer.
func (r *filled) allowed(name, answer string) bool {
	r.t.Helper()
	r.set(name, answer)
	return r.evaluate(r.names[name].Constraint, name) == "true"
}

func (r *filled) evaluate(expression, at string) string {
	r.t.Helper()
	source := reference.ReplaceAllStringFunc(expression, func(ref string) string {
		return r.form.Path(r.names[strings.Trim(ref, "${}")])
	})
	e := r.made[source]
	if e == nil {
		var err error
		if e, err = xpath.Compile(source, xpath.Env{WholeRegex: true}); err != nil {
			r.t.Fatalf("%s: %v", at, err)
		}
		r.made[source] = e
	}
	node := r.root
	for _, name := range strings.Split(r.path(at), "/") {
		if node.Child(name) == nil {
			node.Add(survey.NewElement(name))
		}
		node = node.Child(name)
	}
	v, err := e.Value(&xpath.Context{Node: node, Instance: r.list})
	if err != nil {
		r.t.Fatalf("%s: %v", at, err)
	}
	return v.Text()
}

// list is a choice list as the secondary instance that the form makes of it.
func (r *filled) list(id string) *survey.Node {
	root := survey.NewElement("root")
	for _, c := range r.form.Lists[id].Choices {
		item := survey.NewElement("item").Add(survey.NewElement("name").SetValue(c.Name))
		for _, x := range c.Extra {
			item.Add(survey.NewElement(x.Name).SetValue(x.Value))
		}
		root.Add(item)
	}
	return survey.NewElement("instance").Add(root)
}

func TestEveryExpressionCompiles(t *testing.T) {
	for _, file := range []string{"child_visit.csv", "elderly_baseline.csv"} {
		r := fill(t, file)
		for name, q := range r.names {
			for _, source := range []string{q.Relevant, q.Constraint, q.Calculation, q.Required} {
				plain := reference.ReplaceAllString(source, "/x")
				if plain == "" {
					continue
				}
				if _, err := xpath.Compile(plain, xpath.Env{}); err != nil {
					t.Errorf("%s %s: %v", file, name, err)
				}
				plain = literal.ReplaceAllString(plain, "''")
				if strings.Contains(plain, "//") || strings.Contains(plain, "text()") || strings.Contains(plain, "|") {
					t.Errorf("%s %s: JavaRosa refuses %s", file, name, plain)
				}
			}
		}
	}
}

// The form and the server must come to the same number, so one checks the other over random assessments.
func TestAbilityOfFormAndServerAgree(t *testing.T) {
	r := fill(t, "elderly_baseline.csv")
	in := validate.GBT42195()
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		answers := map[string]string{}
		worst := random.IntN(5) // some all but healthy, some not
		for _, part := range in.Parts {
			for _, item := range part.Items {
				answers[item.Name] = strconv.Itoa(max(0, item.Max-random.IntN(worst+1)))
				r.set(item.Name, answers[item.Name])
			}
		}
		facts := validate.AbilityFacts{Coma: random.IntN(9) == 0, Dementia: random.IntN(4) == 0, MentalDisorder: random.IntN(6) == 0, RiskEvents: random.IntN(4)}
		yes := map[bool]string{true: "yes", false: "no"}
		r.set("coma", yes[facts.Coma])
		r.set("dementia", yes[facts.Dementia])
		r.set("mental_disorder", yes[facts.MentalDisorder])
		r.set("care_risk_events", strconv.Itoa(facts.RiskEvents))
		final := r.calculate("self_care_score", "mobility_score", "mental_score", "perception_score", "ability_total", "preliminary_level", "final_level")
		want := in.Score(func(item string) string { return answers[item] }, facts)
		got := []string{r.calculate("ability_total"), r.calculate("preliminary_level"), final}
		if fmt.Sprint(got) != fmt.Sprint([]any{want.Total, want.Preliminary, want.Final}) {
			t.Fatalf("form %v, server %+v for %v %+v", got, want, answers, facts)
		}
	}
}

func TestConstraints(t *testing.T) {
	tests := []struct {
		name, file, question, good, bad string
		given                           map[string]string
	}{
		{"citizen number", "child_visit.csv", "child_id_number", "11010519491231002X", "110105194912310021", map[string]string{"child_id_type": "id_card"}},
		{"old number", "child_visit.csv", "child_id_number", "000000490101001", "00000049010100", map[string]string{"child_id_type": "id_card"}},
		{"other document", "child_visit.csv", "child_id_number", "E1", "", map[string]string{"child_id_type": "passport"}},
		{"old foreign card", "elderly_baseline.csv", "elder_id_number", "FRA310000000000", "FRA31000000000", map[string]string{"elder_id_type": "foreign_permanent"}},
		{"child", "child_visit.csv", "child_birth_date", "2008-11-24", "2008-11-23", map[string]string{"today": "2026-11-23"}},
		{"unborn", "child_visit.csv", "child_birth_date", "2026-11-23", "2026-11-24", map[string]string{"today": "2026-11-23"}},
		{"elder", "elderly_baseline.csv", "elder_birth_date", "1966-11-23", "1966-11-24", map[string]string{"today": "2026-11-23"}},
		{"none stands alone", "child_visit.csv", "needs", "none", "none medical", nil},
		{"events and kinds", "elderly_baseline.csv", "care_risk_events", "2", "1", map[string]string{"care_risk_kinds": "fall lost"}},
		{"refused but complete", "child_visit.csv", "consent", "oral", "refused", map[string]string{"outcome": "1.1"}},
		{"mobile", "child_visit.csv", "child_phone", "13800000000", "1380000000", nil},
		{"landline", "child_visit.csv", "household_phone", "0755-00000000", "00000000", nil},
		{"area", "child_visit.csv", "area_code", "440307011005012", "44030701", nil},
		{"name", "child_visit.csv", "child_name", "王𬀩", "王1", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := fill(t, tt.file)
			for name, value := range tt.given {
				r.set(name, value)
			}
			if !r.allowed(tt.question, tt.good) {
				t.Errorf("%q is refused", tt.good)
			}
			if tt.bad != "" && r.allowed(tt.question, tt.bad) {
				t.Errorf("%q passes", tt.bad)
			}
		})
	}
}

func TestInterviewDecidesWhatIsAsked(t *testing.T) {
	r := fill(t, "child_visit.csv")
	tests := []struct{ outcome, contact, interviewed, must string }{
		{"1.1", "household_visit", "1", "1"}, {"1.2", "household_visit", "1", "0"}, {"1.1", "neighbour_visit", "0", "0"},
		{"2.111", "household_visit", "0", "0"}, {"4.70", "household_visit", "0", "0"}, {"", "household_visit", "0", "0"},
	}
	for _, tt := range tests {
		r.set("outcome", tt.outcome)
		r.set("contact_method", tt.contact)
		r.calculate("info_only")
		if i, m := r.calculate("interviewed"), r.calculate("must_answer"); i != tt.interviewed || m != tt.must {
			t.Errorf("%s by %s: interviewed %s, must answer %s", tt.outcome, tt.contact, i, m)
		}
	}
	r.set("today", "2026-11-23")
	r.set("child_birth_date", "2008-11-24")
	if got := r.calculate("child_age"); got != "17" {
		t.Errorf("the day before the birthday is %s", got)
	}
	r.set("father_situation", "out_of_contact")
	r.set("mother_situation", "dead")
	for months, want := range map[string]string{"6": "1", "5": "0", "": "0"} {
		r.set("father_months", months)
		if got := r.calculate("father_now", "mother_now", "father_now_months", "mother_now_months", "maybe_unattended"); got != want {
			t.Errorf("out of contact for %q months, mother dead: %s", months, got)
		}
	}
}
