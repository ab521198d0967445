package review

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"doorstep/collections"
	"doorstep/internal/survey"
)

// wellFormed reports whether remarks are few, short, and each at an answer.
func wellFormed(remarks []Remark) bool {
	for _, r := range remarks {
		if r.Ref == "" || len(r.Ref) > longestRemark || strings.TrimSpace(r.Comment) == "" || utf8.RuneCountInString(r.Comment) > longestRemark {
			return false
		}
	}
	return len(remarks) <= mostRemarks
}

// remarksText is how the remarks of a decision are kept: a JSON list, "" for none.
func remarksText(remarks []Remark) string {
	if len(remarks) == 0 {
		return ""
	}
	return collections.JSON(remarks)
}

// note is all that a worker is told in words: the comment, and each remark behind the name of its question.
func (d *Decision) note() string {
	lines := []string{}
	if strings.TrimSpace(d.Comment) != "" {
		lines = append(lines, d.Comment)
	}
	for _, r := range d.Fields {
		lines = append(lines, r.Ref[strings.LastIndex(r.Ref, "/")+1:]+": "+r.Comment)
	}
	return strings.Join(lines, "\n")
}

// pinned adds to the findings of a record one at each answer that has a remark.
func (d *Decision) pinned(issues string) string {
	var all []survey.Issue
	if len(d.Fields) == 0 || json.Unmarshal([]byte(issues), &all) != nil {
		return issues
	}
	for _, r := range d.Fields {
		all = append(all, survey.Issue{Code: remarkCode, Field: r.Ref, Severity: survey.Warning, ZH: remarkText[0], EN: remarkText[1]})
	}
	return collections.JSON(all)
}
