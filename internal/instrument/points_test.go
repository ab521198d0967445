package instrument_test

import (
	"fmt"
	"testing"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/problem"
	"doorstep/internal/testapp"
)

// scored is a workbook whose authoritative calculation looks into two lists, another calculation into a third.
const scored = `| survey |
| | type | name | label | calculation | bind::doorstep:authoritative |
| | select_one grades | a | A | | |
| | select_one kinds | b | B | | |
| | select_one others | c | C | | |
| | calculate | score | | instance('grades')/root/item[name = ${a}]/points + instance('kinds')/root/item[name = ${b}]/weight | yes |
| | calculate | beside | | instance('others')/root/item[name = ${c}]/points | |
| choices |
| | list_name | name | label::English (en) | label::中文 (zh) | points | weight |
| | kinds | old | Old | 旧 | | 2 |
| | kinds | new | New | 新 | 9 | 3 |
| | grades | little | Little | 少 | 1 | |
| | grades | much | Much | 多 | 5 | 7 |
| | others | one | One | 一 | 1 | 1 |
| settings |
| | form_id | version | namespaces |
| | scored | 1 | doorstep="urn:doorstep:form" |
`

// TestTablesOfPoints: those that an authoritative calculation looks into are told, in the order of the workbook, and take other values in
// their own cells alone.
func TestTablesOfPoints(t *testing.T) {
	app := testapp.New(t)
	in := must(t, app, scored)
	want := "[{kinds [weight points] [{old 旧 Old [2 ]} {new 新 New [3 9]}]} {grades [points weight] [{little 少 Little [1 ]} {much 多 Much [5 7]}]}]"
	if got := fmt.Sprint(in.Points()); got != want {
		t.Errorf("points %s", got)
	}
	read := collections.Read(app.TestApp)
	for _, c := range []instrument.Cell{{List: "others", Choice: "one", Column: "points", Value: "2"}, {List: "grades", Choice: "old", Column: "points", Value: "2"},
		{List: "grades", Choice: "much", Column: "label", Value: "2"}, {List: "kinds", Choice: "much", Column: "weight", Value: "2"}, {List: "", Choice: "much", Column: "points", Value: "2"}} {
		if raw, err := in.Repoint(read, []instrument.Cell{{List: "grades", Choice: "much", Column: "points", Value: "6"}, c}); raw != nil || err == nil || problem.As(err).Code != problem.BadParameter {
			t.Errorf("%+v: %q, %v", c, raw, err)
		}
	}
	app.FailsAtEach(t, "repoint", func() error { _, err := in.Repoint(read, nil); return err })
	raw, err := in.Repoint(read, []instrument.Cell{{List: "grades", Choice: "much", Column: "points", Value: "6"}})
	if err != nil {
		t.Fatal(err)
	}
	other, err := app.Doorstep.Library.Try(instrument.Workbook{Name: "form.csv", Raw: raw}, app.Doorstep.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(other.Points()); got != "[{kinds [weight points] [{old 旧 Old [2 ]} {new 新 New [3 9]}]} {grades [points weight] [{little 少 Little [1 ]} {much 多 Much [6 7]}]}]" {
		t.Errorf("points %s", got)
	}
}

// TestAFollowUpHasAPriority: a day for which a task is made says how urgent it is, in a word that there is.
func TestAFollowUpHasAPriority(t *testing.T) {
	app := testapp.New(t)
	for said, c := range map[string]struct{ want, wrong string }{"High ": {"high", ""}, "urgent": {"urgent", ""}, "normal": {"normal", ""}, "soon": {"", "form.follow_up survey:2"}, "": {"", ""}} {
		in, err := publish(app, "| survey |\n| | type | name | label | bind::doorstep:follow_up |\n| | date | next | Next | "+said+
			" |\n| | date | last | Last | |\n| settings |\n| | form_id | version | namespaces |\n| | followed | 1 | doorstep=\"urn:doorstep:form\" |\n", instrument.Draft)
		if got := places(err); err != nil && got != c.wrong || err == nil && c.wrong != "" {
			t.Errorf("%q: %v", said, got)
		}
		if err != nil {
			continue
		}
		got := ""
		for _, f := range in.FollowUps {
			got += f.Priority
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", said, got, c.want)
		}
	}
}
