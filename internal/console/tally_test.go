package console

import (
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/coverage"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
	"doorstep/internal/survey"
)

// TestALineOfOutcomes counts dispositions, takes back what was counted otherwise before, and computes rates by the share of eligible
// cases that is given, or estimated.
func TestALineOfOutcomes(t *testing.T) {
	interview := survey.Disposition{AAPOR: "1.1", DHS: "01", Class: survey.Interview}
	refusal := survey.Disposition{AAPOR: "2.11", DHS: "05", Class: survey.Refusal}
	other := survey.Disposition{AAPOR: "2.11", DHS: "03", Class: survey.Refusal}
	unknown := survey.Disposition{AAPOR: "3.10", DHS: "09", Class: survey.UnknownHousing}
	for _, c := range []struct {
		given string
		adds  []coverage.Attempt
		want  string
	}{
		{"", []coverage.Attempt{}, "0 cases, e nil false: map[]; RR3=nil"},
		{"0.5", []coverage.Attempt{}, "0 cases, e 0.5 true: map[]; RR3=nil"},
		{"", []coverage.Attempt{{Code: "1", Disposition: interview}, {}, {Code: "1", Disposition: interview}},
			"3 cases, e 1 false: 1.1/01=2 map[I:2]; RR3=1"},
		{"", []coverage.Attempt{{Code: "5", Disposition: refusal}, {Code: "1", Disposition: interview}, {Code: "3", Disposition: other}},
			"3 cases, e 1 false: 1.1/01=1 2.11/03=1 2.11/05=1 map[I:1 R:2]; RR3=0.3333333333333333"},
		{"0", []coverage.Attempt{{Code: "1", Disposition: interview}, {Code: "9", Disposition: unknown}},
			"2 cases, e 0 true: 1.1/01=1 3.10/09=1 map[I:1 UH:1]; RR3=1"},
		{"1", []coverage.Attempt{{Code: "1", Disposition: interview}, {Code: "9", Disposition: unknown}},
			"2 cases, e 1 true: 1.1/01=1 3.10/09=1 map[I:1 UH:1]; RR3=0.5"},
		{"-0.1", nil, "e"}, {"1.1", nil, "e"}, {"NaN", nil, "e"}, {"x", nil, "e"},
	} {
		var of tally
		for _, a := range c.adds {
			of.add(a, 1)
		}
		of.add(coverage.Attempt{Code: "8", Disposition: survey.Disposition{AAPOR: "4.70", Class: survey.NotEligible}}, 2)
		of.add(coverage.Attempt{Code: "8", Disposition: survey.Disposition{AAPOR: "4.70", Class: survey.NotEligible}}, -2)
		line, err := of.line(c.given)
		got := problem.As(err).Detail
		if err == nil {
			e, codes := "nil", []string{}
			if line.E != nil {
				e = fmt.Sprint(*line.E)
			}
			for _, one := range line.Codes {
				codes = append(codes, fmt.Sprintf("%s/%s=%d ", one.AAPOR, one.DHS, one.N))
				if zh, en, known := survey.DispositionText(one.AAPOR); !known || one.Text != survey.WordsOf(zh, en) {
					t.Errorf("%s is called %v", one.AAPOR, one.Text)
				}
			}
			got = fmt.Sprintf("%d cases, e %s %t: %s%v; RR3=", line.Cases, e, line.Given, strings.Join(codes, ""), line.Classes)
			for _, r := range line.Rates {
				if r.Name == "RR3" && r.Value == nil {
					got += "nil"
				} else if r.Name == "RR3" {
					got += fmt.Sprint(*r.Value)
				}
			}
		}
		if got != c.want {
			t.Errorf("%q of %v: %s, want %s", c.given, c.adds, got, c.want)
		}
	}
}

// TestAPageOfOutcomes is as many lines as are asked for, in the order of their keys, with the cursor of the rest; a line whose cases were
// all counted otherwise before is left out.
func TestAPageOfOutcomes(t *testing.T) {
	for _, c := range []struct {
		limit int
		lines map[string]int64
		want  string
	}{
		{2, map[string]int64{"4403": 3, "4401": 1}, "[4401 one 1 4403  3] "}, {2, map[string]int64{"4403": 3, "4401": 1, "4402": 2}, "[4401 one 1 4402  2] area 4402"},
		{2, map[string]int64{"4401": 0, "4402": 2, "4403": 3}, "[4402  2] area 4402"}, {2, map[string]int64{"4401": 0, "4402": 0}, "[] "}, {2, nil, "[] "},
	} {
		tallies := map[string]*tally{}
		for line, n := range c.lines {
			tallies[line] = &tally{cases: n}
		}
		out := Outcomes{Items: []OutcomeLine{}}
		if err := out.page(nil, Known{Areas: grid.NewIndex([]grid.Area{{Code: "4401", Name: "one"}})}, OutcomeFilter{Limit: c.limit}, tallies); err != nil {
			t.Fatal(err)
		}
		lines, next := []string{}, ""
		for _, l := range out.Items {
			lines = append(lines, fmt.Sprint(l.Key, " ", l.Name, " ", l.Cases))
		}
		if out.Next != nil {
			at, err := parsePosition(*out.Next)
			if err != nil {
				t.Fatal(err)
			}
			next = at.at + " " + at.id
		}
		if got := fmt.Sprint(lines, " ", next); got != c.want {
			t.Errorf("%d of %v: %s, want %s", c.limit, c.lines, got, c.want)
		}
	}
}

// TestByWhatOutcomesAreCounted tells the line of a case for each way and level.
func TestByWhatOutcomesAreCounted(t *testing.T) {
	a := coverage.Attempt{Area: "440305001002003", Worker: "w", Campaign: "c"}
	for asked, want := range map[OutcomeFilter]string{
		{}: "440305001002 3", {By: ByArea}: "440305001002 3", {Level: "city"}: "4403 0", {Level: "district"}: "440305 1", {Level: "street"}: "440305001 2",
		{Level: "community"}: "440305001002 3", {Level: "grid"}: "440305001002003 4", {By: ByWorker}: "w 0", {By: ByCampaign}: "c 0",
		{By: ByWorker, Level: "grid"}: "w 0", {By: ByCampaign, Level: "x"}: "level", {Level: "x"}: "level", {By: "x"}: "by",
	} {
		of, level, err := asked.key()
		got := problem.As(err).Detail
		if err == nil {
			got = fmt.Sprint(of(a), " ", level)
		}
		if got != want {
			t.Errorf("%+v: %s, want %s", asked, got, want)
		}
	}
	of, _, err := OutcomeFilter{Level: "community"}.key()
	if err != nil || of(coverage.Attempt{Area: "4403"}) != "4403" || of(coverage.Attempt{}) != "" {
		t.Errorf("of a wider area: %v", err)
	}
}
