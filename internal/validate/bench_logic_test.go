package validate_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"doorstep/internal/survey"
	"doorstep/internal/validate"
)

// questionnaire is a form of n questions of all sorts in groups of ten, and an instance that answers them.
func questionnaire(tb testing.TB, n int) (*survey.Form, *survey.Node) {
	var md strings.Builder
	md.WriteString("| survey |\n| | type | name | label | relevant | required | constraint | calculation |\n")
	root := survey.NewElement("data")
	var group *survey.Node
	for i := range n {
		if i%10 == 0 {
			if i > 0 {
				md.WriteString("| | end group |\n")
			}
			fmt.Fprintf(&md, "| | begin group | g%d | G |\n", i)
			group = survey.NewElement(fmt.Sprint("g", i))
			root.Add(group)
		}
		row, value := "| | text | q%[1]d | Q | ${q%[2]d} != '' | | regex(., '^[a-z]{1,20}$') | |\n", "abc"
		switch i % 5 {
		case 0:
			row, value = "| | integer | q%[1]d | Q | | yes | . > 0 and . < 200 | |\n", "17"
		case 1:
			row, value = "| | select_one l | q%[1]d | Q | | ${q%[2]d} > 3 | | |\n", "c7"
		case 2:
			row, value = "| | select_multiple l | q%[1]d | Q | selected(${q%[2]d}, 'c7') | | count-selected(.) < 4 | |\n", "c1 c9"
		case 3:
			row, value = "| | calculate | q%[1]d | | | | | if(selected(${q%[2]d}, 'c9'), 'x', 'y') |\n", "x"
		}
		fmt.Fprintf(&md, row, i, max(i-1, 0))
		group.Add(survey.NewElement(fmt.Sprint("q", i)).SetValue(value))
	}
	md.WriteString("| | end group |\n| choices |\n| | list_name | name | label |\n")
	for i := range 12 {
		fmt.Fprintf(&md, "| | l | c%d | C |\n", i)
	}
	return markdown(tb, md.String()), root
}

func BenchmarkCheck(b *testing.B) {
	form, root := questionnaire(b, 200)
	child, elderly := shipped(b, "child_visit.csv"), shipped(b, "elderly_baseline.csv")
	for _, bench := range []struct {
		name string
		form *survey.Form
		inst *survey.Instance
	}{
		{"200 questions", form, &survey.Instance{Root: root}},
		{"child_visit", child, sample(b, child)},
		{"elderly_baseline", elderly, sample(b, elderly)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			logic := compiled(b, bench.form)
			if issues := logic.Check(context.Background(), bench.inst, validate.TakeOut).Issues; issues != nil {
				b.Fatal(issues)
			}
			b.ReportAllocs()
			for b.Loop() {
				logic.Check(context.Background(), bench.inst, validate.TakeOut)
			}
		})
	}
}

func sample(tb testing.TB, f *survey.Form) *survey.Instance {
	answers, err := os.ReadFile("testdata/" + f.ID + ".json")
	if err != nil {
		tb.Fatal(err)
	}
	return filled(tb, f, string(answers))
}
