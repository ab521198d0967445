package validate

import (
	"slices"
	"strconv"

	"doorstep/internal/survey"
)

// riskItem is a question whose answer "yes" adds points.
type riskItem struct {
	question string
	points   int
}

// gradeFrom is a grade and the points from which it applies.
type gradeFrom struct {
	Grade string
	From  int
}

// addPoints adds the points of all items that apply.
func addPoints(items []riskItem, yes func(question string) bool) int {
	sum := 0
	for _, item := range items {
		if yes(item.question) {
			sum += item.points
		}
	}
	return sum
}

// gradeRisk is the highest grade whose points are reached, "" when none is. The order of the grades does not matter.
func gradeRisk(grades []gradeFrom, points int) string {
	best := gradeFrom{}
	for _, g := range grades {
		if points >= g.From && (best.Grade == "" || g.From > best.From) {
			best = g
		}
	}
	return best.Grade
}

// numbers reads what each choice of a list has in a numeric column, so that a form states its own points and thresholds
// and nothing else does. It is nil when the list is missing or one of its numbers is.
func numbers(f *survey.Form, list, column string) []riskItem {
	l := f.Lists[list]
	if l == nil {
		return nil
	}
	var table []riskItem
	for _, c := range l.Choices {
		i := slices.IndexFunc(c.Extra, func(p survey.Pair) bool { return p.Name == column })
		if i < 0 {
			return nil
		}
		n, err := strconv.Atoi(c.Extra[i].Value)
		if err != nil {
			return nil
		}
		table = append(table, riskItem{c.Name, n})
	}
	return table
}
