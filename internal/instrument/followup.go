package instrument

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// followUpColumn is the column of the survey sheet that makes an answer the day by which somebody has to be there again. Its
// value is the priority of the task: normal, high or urgent.
const followUpColumn = "doorstep:follow_up"

// FollowUp is a question whose answer is such a day.
type FollowUp struct {
	Table    string
	Column   survey.Column
	Priority string
}

var priorities = []string{"normal", "high", "urgent"}

// followUps finds the days for which tasks are made; a declaration that names no priority is a problem.
func followUps(tables []*survey.Table) (all []FollowUp, wrong survey.Problems) {
	for _, t := range tables {
		for _, c := range t.Columns {
			i := slices.IndexFunc(c.Question.Bind, func(p survey.Pair) bool { return p.Name == followUpColumn })
			if i < 0 {
				continue
			}
			switch priority := strings.ToLower(strings.TrimSpace(c.Question.Bind[i].Value)); {
			case priority == "":
			case slices.Contains(priorities, priority):
				all = append(all, FollowUp{t.Name, c, priority})
			default:
				wrong = append(wrong, problemAt("survey", c.Question.Row, "bind::"+followUpColumn, "form.follow_up", priority))
			}
		}
	}
	return all, wrong
}
