package xlsform

import (
	"errors"
	"os"
	"strings"
	"testing"

	"doorstep/internal/survey"
)

// An edited workbook differs in the cells that were written and in its version, and in nothing else.
func TestEdit(t *testing.T) {
	for _, file := range []string{"../../collections/forms/child_visit.csv", "../../hooks/testdata/fall_risk.xlsx", "../../hooks/testdata/night_round.md"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, err := Read(file, strings.NewReader(string(raw)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var cell Cell
		for name, l := range before.Lists {
			for _, c := range l.Choices {
				for _, x := range c.Extra {
					if x.Value != "" {
						cell = Cell{name, c.Name, x.Name, "42"}
					}
				}
			}
		}
		edited, err := Edit(file, raw, []Cell{cell})
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		after, err := Read(before.ID+".csv", strings.NewReader(string(edited)), Options{})
		if err != nil || after.Version != "" {
			t.Fatalf("%s: %q %v", file, after.Version, err)
		}
		var was, is []string
		for f, all := range map[*survey.Form]*[]string{before: &was, after: &is} {
			f.Walk(func(q *survey.Question) bool {
				*all = append(*all, strings.Join([]string{q.Name, q.Type, q.Relevant, q.Calculation, q.Constraint, q.Label.Tagged("zh"), q.Label.Tagged("en")}, "|"))
				return true
			})
		}
		if strings.Join(was, "\n") != strings.Join(is, "\n") || len(after.Entities) != len(before.Entities) {
			t.Errorf("%s: the questions are others", file)
		}
		for name, l := range before.Lists {
			for i, c := range l.Choices {
				for _, x := range c.Extra {
					want := x.Value
					if cell == (Cell{name, c.Name, x.Name, "42"}) {
						want = "42"
					}
					if got := extraOf(after.Lists[name].Choices[i], x.Name); got != want {
						t.Errorf("%s: %s %s %s is %q, want %q", file, name, c.Name, x.Name, got, want)
					}
				}
			}
		}
		var none noCellError
		if _, err := Edit(file, raw, []Cell{{cell.List, cell.Choice, "no_such", "1"}}); !errors.As(err, &none) {
			t.Errorf("%s: a column that is not there: %v", file, err)
		}
	}
}

func extraOf(c survey.Choice, name string) string {
	for _, x := range c.Extra {
		if x.Name == name {
			return x.Value
		}
	}
	return ""
}
