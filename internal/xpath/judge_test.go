package xpath

import (
	"slices"
	"testing"

	"doorstep/internal/survey"
)

// What is not known is decided by the rest where that decides, and named where it does not.
func TestJudgement(t *testing.T) {
	facts := survey.NewElement("facts").Add(survey.NewElement("age").SetValue("83"), survey.NewElement("help").SetValue("cash meals"), survey.NewElement("blank"))
	tests := []struct {
		rule    string
		want    Judged
		missing []string
	}{
		{"age >= 80", Yes, nil}, {"age >= 90", No, nil}, {"home = 'alone'", Unknown, []string{"home"}}, {"blank = ''", Unknown, []string{"blank"}},
		{"age >= 80 and home = 'alone'", Unknown, []string{"home"}}, {"age >= 90 and home = 'alone'", No, nil},
		{"home = 'alone' and age >= 90", No, nil}, {"age >= 80 or home = 'alone'", Yes, nil}, {"home = 'alone' or age >= 80", Yes, nil},
		{"age >= 90 or home = 'alone'", Unknown, []string{"home"}}, {"not(home = 'alone')", Unknown, []string{"home"}}, {"not(age >= 90)", Yes, nil},
		{"not(age >= 80 and home = 'alone')", Unknown, []string{"home"}}, {"selected(help, 'meals') and not(selected(help, 'bath'))", Yes, nil},
		{"level = 'severe' and home = 'alone' and age > 1", Unknown, []string{"home", "level"}}, {"true()", Yes, nil},
		{"count(/home) = 0", Yes, nil}, {"not(@home)", Yes, nil}, {". != ''", Yes, nil}, // what is no child is not asked for
	}
	for _, tt := range tests {
		j, err := CompileJudgement(tt.rule, Env{DefaultSpace: "*"})
		if err != nil {
			t.Fatalf("%s: %v", tt.rule, err)
		}
		got, missing, err := j.Judge(&Context{Node: facts})
		if err != nil || got != tt.want || !slices.Equal(missing, tt.missing) {
			t.Errorf("%s: %v %v %v, want %v %v", tt.rule, got, missing, err, tt.want, tt.missing)
		}
	}
	if _, err := CompileJudgement("age >= 80 and", Env{}); err == nil {
		t.Error("half a rule compiles")
	}
	if j, err := CompileJudgement("age > 1 and selected(help, home) or not(age < 2)", Env{}); err != nil || !slices.Equal(j.Reads(), []string{"age", "help", "home"}) {
		t.Errorf("%v %v", j, err)
	}
}
