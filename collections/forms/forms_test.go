package forms_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"doorstep/collections/forms"
	"doorstep/internal/survey"
	"doorstep/internal/validate"
	"doorstep/internal/xlsform"
)

var known sync.Map // forms by file: nobody changes them

func read(t testing.TB, name string) *survey.Form {
	t.Helper()
	if f, ok := known.Load(name); ok {
		return f.(*survey.Form)
	}
	b, err := forms.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	f, err := xlsform.Read(name, bytes.NewReader(b), xlsform.Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	known.Store(name, f)
	return f
}

func TestFormsAreComplete(t *testing.T) {
	tests := []struct {
		file, table, version string
		asked                int // questions that a person answers
		entities             []string
		names                string
	}{
		{"child_visit.csv", "child_visits", "2026112701", 120, []string{"households", "persons"}, `start end today deviceid visit contact_method outcome
			attempt informant consent notice_version location household household_id address house_code head_name household_phone
			residents children person_id child_name child_sex child_birth_date child_id_type child_id_number guardian_name
			guardian_age guardian_phone immediate_danger risk_points risk_grade signature door_plate_photo remarks follow_up_date`},
		{"elderly_baseline.csv", "elderly_surveys", "2026112701", 150, []string{"households", "persons"}, `start end today deviceid visit outcome consent
			location household household_id address person person_id elder_name elder_sex elder_birth_date elder_id_type
			elder_id_number elder_phone ability coma dementia mental_disorder care_risk_events self_care_score mobility_score
			mental_score perception_score ability_total preliminary_level final_level signature photo remarks`},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			f := read(t, tt.file)
			if len(f.Warnings) > 0 {
				t.Errorf("warnings: %v", f.Warnings)
			}
			if f.Table != tt.table || f.DefaultLanguage != "中文 (zh)" || f.Version != tt.version {
				t.Errorf("table %q, language %q, version %q", f.Table, f.DefaultLanguage, f.Version)
			}
			names := questions(t, f)
			for _, n := range strings.Fields(tt.names) {
				if names[n] == nil {
					t.Errorf("%s is not asked", n)
				}
			}
			asked := 0
			for _, q := range names {
				if q.Kind > survey.KindNone && q.Kind < survey.KindNote && q.Type != "calculate" && q.Type != "hidden" {
					asked++
				}
			}
			if asked < tt.asked {
				t.Errorf("%d questions, want %d", asked, tt.asked)
			}
			for i, e := range f.Entities {
				if e.List != tt.entities[i] {
					t.Errorf("entity %d is in %s, want %s", i, e.List, tt.entities[i])
				}
			}
		})
	}
}

// questions checks on the way that names are unique and that everything asked is worded in both languages.
func questions(t *testing.T, f *survey.Form) map[string]*survey.Question {
	names := map[string]*survey.Question{}
	f.Walk(func(q *survey.Question) bool {
		if q.Name == "meta" || q.Parent.Name == "meta" {
			return false
		}
		if names[q.Name] != nil && q.Name != "" {
			t.Errorf("%s is there twice", q.Name)
		}
		names[q.Name] = q
		texts := []survey.Translated{q.Label, q.Hint, q.ConstraintMsg, q.RequiredMsg}
		for _, text := range texts {
			if (text["中文 (zh)"] == "") != (text["English (en)"] == "") {
				t.Errorf("%s is worded in one language only: %v", q.Name, text)
			}
		}
		if q.Constraint != "" && q.ConstraintMsg.In("中文 (zh)") == "" || q.Required != "" && q.RequiredMsg.In("中文 (zh)") == "" {
			t.Errorf("%s has a condition without a message", q.Name)
		}
		return true
	})
	return names
}

func TestChoicesAreWordedInBothLanguages(t *testing.T) {
	for _, file := range []string{"child_visit.csv", "elderly_baseline.csv"} {
		f := read(t, file)
		for name, l := range f.Lists {
			for _, c := range l.Choices {
				if c.Label["中文 (zh)"] == "" || c.Label["English (en)"] == "" {
					t.Errorf("%s: %s %s lacks a label", file, name, c.Name)
				}
			}
		}
	}
}

func TestAbilityItems(t *testing.T) {
	f := read(t, "elderly_baseline.csv")
	names := questions(t, f)
	for _, part := range validate.GBT42195().Parts {
		for _, item := range part.Items {
			q := names[item.Name]
			if q == nil {
				t.Fatalf("%s is not asked", item.Name)
			}
			if got := len(f.Lists[q.List].Choices) - 2; got != item.Max { // one is “could not be assessed”
				t.Errorf("%s goes up to %d, want %d", item.Name, got, item.Max)
			}
		}
	}
}

func path(root *survey.Node, path, value string) {
	for _, name := range strings.Split(path, "/") {
		child := root.Child(name)
		if child == nil {
			child = survey.NewElement(name)
			root.Add(child)
		}
		root = child
	}
	root.SetValue(value)
}

func visit(b *validate.Bound, answers map[string]string) []survey.Issue {
	root := survey.NewElement("data")
	for p, v := range answers {
		path(root, p, v)
	}
	return b.Check(&survey.Instance{Root: root}, validate.Visit{At: visited, Sure: true})
}

var visited = time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 8*60*60))

func TestRulesAreBound(t *testing.T) {
	tests := []struct {
		name, file  string
		answers     map[string]string
		code, field string
	}{
		{"child's number", "child_visit.csv", map[string]string{"children/child_basic/child_birth_date": "2015-06-11", "children/child_basic/child_sex": "male", "children/child_basic/child_id_type": "id_card", "children/child_basic/child_id_number": "990000201506120035"}, "cn_id.birth_mismatch", "children[1]/child_basic/child_id_number"},
		{"child of eighteen", "child_visit.csv", map[string]string{"children/child_basic/child_birth_date": "2008-11-23"}, "age.too_old", "children[1]/child_basic/child_birth_date"},
		{"children not recorded", "child_visit.csv", map[string]string{"household/children_count": "1"}, "count.mismatch", "household/children_count"},
		{"injury", "child_visit.csv", map[string]string{"children/child_risk/risk_injury": "yes"}, "report.mandatory", "children[1]/child_risk/risk_injury"},
		{"danger", "child_visit.csv", map[string]string{"children/child_risk/immediate_danger": "yes"}, "report.mandatory", "children[1]/child_risk/immediate_danger"},
		{"young grandmother", "child_visit.csv", map[string]string{"children/child_basic/child_birth_date": "2015-06-11", "children/child_guardian/guardian_age": "11"}, "guardian.younger", "children[1]/child_guardian/guardian_age"},
		{"elder of fifty-nine", "elderly_baseline.csv", map[string]string{"person/elder_birth_date": "1966-11-24"}, "age.too_young", "person/elder_birth_date"},
		{"subtotal", "elderly_baseline.csv", abilityAnswers("self_care_score", "31"), "ability.score", "ability/self_care_score"},
		{"total", "elderly_baseline.csv", abilityAnswers("ability_total", "89"), "ability.score", "ability/ability_total"},
		{"level", "elderly_baseline.csv", abilityAnswers("preliminary_level", "mild"), "ability.level", "ability/preliminary_level"},
		{"final level", "elderly_baseline.csv", abilityAnswers("final_level", "intact", "dementia", "yes"), "ability.level", "ability/final_level"},
		{"item missing", "elderly_baseline.csv", abilityAnswers("mental_score", "24", "memory", ""), "ability.incomplete", "ability/mental_score"},
		{"awake in a coma", "elderly_baseline.csv", abilityAnswers("final_level", "total", "coma", "yes"), "ability.coma", "ability/final_level"},
	}
	bound := map[string]*validate.Bound{}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if bound[tt.file] == nil {
				b, err := validate.For(read(t, tt.file))
				if err != nil {
					t.Fatal(err)
				}
				bound[tt.file] = b
			}
			for _, i := range visit(bound[tt.file], tt.answers) {
				if i.Code == tt.code && i.Field == tt.field {
					return
				}
			}
			t.Errorf("no %s at %s: %v", tt.code, tt.field, visit(bound[tt.file], tt.answers))
		})
	}
	if got := visit(bound["elderly_baseline.csv"], abilityAnswers("ability_total", "90", "self_care_score", "32", "mobility_score", "15", "mental_score", "28", "perception_score", "15", "preliminary_level", "intact", "final_level", "mild", "mental_disorder", "yes")); len(got) != 0 {
		t.Errorf("a right assessment is found wrong: %v", got)
	}
}

// abilityAnswers is an assessment at its best, with some answers changed.
func abilityAnswers(changed ...string) map[string]string {
	answers := map[string]string{}
	best := map[int]string{1: "1", 2: "2", 3: "3", 4: "4"}
	for _, part := range validate.GBT42195().Parts {
		for _, item := range part.Items {
			answers["ability/"+item.Name] = best[item.Max]
		}
	}
	for i := 0; i < len(changed); i += 2 {
		answers["ability/"+changed[i]] = changed[i+1]
	}
	return answers
}

func BenchmarkElderlyCheck(b *testing.B) {
	bound, err := validate.For(read(b, "elderly_baseline.csv"))
	if err != nil {
		b.Fatal(err)
	}
	root := survey.NewElement("data")
	for p, v := range abilityAnswers("ability_total", "90", "self_care_score", "32", "final_level", "intact") {
		path(root, p, v)
	}
	path(root, "person/elder_name", "王小明")
	path(root, "person/elder_id_number", "000000194901010010")
	path(root, "person/elder_phone", "13800000000")
	inst := &survey.Instance{Root: root}
	b.ReportAllocs()
	for b.Loop() {
		bound.Check(inst, validate.Visit{At: time.Now(), Sure: true})
	}
}
