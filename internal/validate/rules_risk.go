package validate

import (
	"strconv"

	"doorstep/internal/survey"
)

// riskPoints is risk_points(list): the choices of list are questions here, and its column "points" says how much "yes"
// to each of them adds.
func riskPoints(c *compiler, q *survey.Question, args []string) check {
	if len(args) != 1 {
		return c.wrongArguments(q)
	}
	points := c.points(q, args[0])
	if points == nil {
		return nil
	}
	return func(v *visit, answer string) {
		if n, err := strconv.ParseFloat(answer, 64); err != nil || n != float64(points(v)) {
			v.report("risk.points")
		}
	}
}

// riskGrade is risk_grade(grades, list): the column "min_points" of the list of grades says from which points of
// risk_points(list) each applies.
func riskGrade(c *compiler, q *survey.Question, args []string) check {
	if len(args) != 2 {
		return c.wrongArguments(q)
	}
	var grades []gradeFrom
	for _, g := range numbers(c.form, args[0], "min_points") {
		grades = append(grades, gradeFrom{g.question, g.points})
	}
	points := c.points(q, args[1])
	if points == nil {
		return nil
	}
	if grades == nil {
		return c.wrongArguments(q)
	}
	return func(v *visit, answer string) {
		if answer != gradeRisk(grades, points(v)) {
			v.report("risk.grade")
		}
	}
}

// points adds up what the answers of a visit score by the table of a list; nil, and a problem, when the list is no such
// table.
func (c *compiler) points(q *survey.Question, list string) func(*visit) int {
	items := numbers(c.form, list, "points")
	if items == nil {
		c.wrongArguments(q)
		return nil
	}
	slots := map[string]int{}
	for _, item := range items {
		slots[item.question] = c.partner(q, item.question)
	}
	return func(v *visit) int {
		return addPoints(items, func(question string) bool { return v.answer(slots[question]) == "yes" })
	}
}
