package collections

import (
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

// Findings are issues as the issues column keeps them. They lie in clear, because queries count and list them, so they say nothing that
// somebody made up: of a path only the steps that are names of the form are kept. The receipt, which is sealed, has the whole path.
func (l *Layout) Findings(issues []survey.Issue) string {
	if len(issues) == 0 {
		return "[]"
	}
	known := make([]survey.Issue, len(issues))
	for i, issue := range issues {
		issue.Field = l.known(issue.Field)
		known[i] = issue
	}
	return jsonText(known)
}

var round = regexp.MustCompile(`\[[0-9]+\]$`)

// known is the beginning of a path whose steps are names of the form.
func (l *Layout) known(path string) string {
	end := 0
	for at := 0; at < len(path); {
		step, _, _ := strings.Cut(path[at:], "/")
		if !l.names[round.ReplaceAllString(step, "")] {
			break
		}
		end = at + len(step)
		at = end + 1
	}
	return path[:end]
}

// namesOf adds the names of a question, and of those in it, to what is known.
func namesOf(q *survey.Question, known map[string]bool) map[string]bool {
	for _, c := range q.Children {
		known[c.Name] = true
		namesOf(c, known)
	}
	return known
}
