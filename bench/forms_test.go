// Package bench holds the benchmarks whose results RESULTS.md records.
package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"doorstep/internal/instrument"
	"doorstep/internal/survey"
	"doorstep/internal/testapp"
	"doorstep/internal/validate"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// questionnaire is a workbook of n questions of all sorts in groups of ten: half are relevant by the one before, and
// there are required ones, constraints with regular expressions, calculations and choices.
func questionnaire(id, version string, n int) instrument.Workbook {
	var md strings.Builder
	md.WriteString("| survey |\n| | type | name | label::中文 (zh) | label::English (en) | relevant | required | constraint | constraint_message::中文 (zh) | calculation |\n")
	for i := range n {
		if i%10 == 0 {
			if i > 0 {
				md.WriteString("| | end group |\n")
			}
			fmt.Fprintf(&md, "| | begin group | g%d | 组 | Group |\n", i)
		}
		row := "| | text | q%[1]d | 题 %[1]d | Question %[1]d | ${q%[2]d} != '' | | regex(., '^[a-z]{1,20}$') | 只能用小写字母。 | |\n"
		switch i % 5 {
		case 0:
			row = "| | integer | q%[1]d | 题 %[1]d | Question %[1]d | | yes | . > 0 and . < 200 | 请填 1 到 199。 | |\n"
		case 1:
			row = "| | select_one l | q%[1]d | 题 %[1]d | Question %[1]d | ${q%[2]d} > 3 | | | | |\n"
		case 2:
			row = "| | select_multiple l | q%[1]d | 题 %[1]d | Question %[1]d | selected(${q%[2]d}, 'c7') | | count-selected(.) < 4 | 最多选三项。 | |\n"
		case 3:
			row = "| | calculate | q%[1]d | | | | | | | if(selected(${q%[2]d}, 'c9'), 'x', 'y') |\n"
		}
		fmt.Fprintf(&md, row, i, max(i-1, 0))
	}
	md.WriteString("| | end group |\n| choices |\n| | list_name | name | label::中文 (zh) | label::English (en) |\n")
	for i := range 12 {
		fmt.Fprintf(&md, "| | l | c%[1]d | 选项 %[1]d | Choice %[1]d |\n", i)
	}
	fmt.Fprintf(&md, "| settings |\n| | form_id | version | default_language |\n| | %s | %s | 中文 (zh) |\n", id, version)
	return instrument.Workbook{Name: id + ".md", Raw: []byte(md.String())}
}

// answers is a record of the first n questions in which everything is in order.
func answers(n int) *survey.Node {
	root := survey.NewElement("data")
	var group *survey.Node
	for i := range n {
		if i%10 == 0 {
			group = survey.NewElement(fmt.Sprint("g", i))
			root.Add(group)
		}
		value := []string{"17", "c7", "c1 c9", "x", "abc"}[i%5]
		group.Add(survey.NewElement(fmt.Sprint("q", i)).SetValue(value))
	}
	return root
}

func BenchmarkConvert1000Questions(b *testing.B) {
	w := questionnaire("wide", "1", 1000)
	b.ReportAllocs()
	for b.Loop() {
		c, err := instrument.Convert(w, noon)
		if err != nil || len(c.Obstacles) > 0 {
			b.Fatal(err, c.Obstacles)
		}
	}
}

func BenchmarkValidate200Questions(b *testing.B) {
	c, err := instrument.Convert(questionnaire("usual", "1", 200), noon)
	if err != nil {
		b.Fatal(err)
	}
	in, err := instrument.Compile(c.Form, validate.Options{})
	if err != nil {
		b.Fatal(err)
	}
	inst := &survey.Instance{FormID: "usual", Version: "1", Root: answers(200)}
	if issues := in.Check(context.Background(), inst, noon, validate.TakeOut).Issues; len(issues) > 0 {
		b.Fatal(issues)
	}
	b.ReportAllocs()
	for b.Loop() {
		in.Check(context.Background(), inst, noon, validate.TakeOut)
	}
}

func publish(b *testing.B, app *testapp.App, w instrument.Workbook) {
	if _, err := app.Doorstep.Library.Publish(app, w, instrument.Published, "", app.Doorstep.Now()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPublish1000Questions(b *testing.B) {
	app := testapp.New(b)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		publish(b, app, questionnaire(fmt.Sprint("wide", n), "1", 1000))
	}
}

// BenchmarkPublish20MoreQuestions extends a form of 1,000 questions; PocketBase alters the table once for each.
func BenchmarkPublish20MoreQuestions(b *testing.B) {
	app := testapp.New(b)
	n := 1000
	publish(b, app, questionnaire("wide", "0", n))
	b.ReportAllocs()
	for b.Loop() {
		app.Advance(time.Second)
		n += 20
		publish(b, app, questionnaire("wide", fmt.Sprint(n), n))
	}
}
