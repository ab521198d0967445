package xform

import (
	"slices"
	"strings"

	"doorstep/internal/survey"
)

func (r *answerReader) shape(name string) {
	r.add(survey.Issue{Code: "answer.shape", Field: strings.TrimSuffix(r.path+name, "/"), Severity: survey.Error,
		ZH: "答案的数据结构与问卷不符,该答案未被读取。",
		EN: "The answer does not have the shape that the form asks for and was not read."})
}

func (r *answerReader) unknown(key []byte) {
	const longest = 64 // bytes; a longer key cannot be a question of ours
	key = key[:min(len(key), longest)]
	r.add(survey.Issue{Code: "answer.unknown", Field: r.path + xmlText(key), Severity: survey.Warning,
		ZH: "问卷中没有这个问题,该答案未被读取。",
		EN: "The form has no such question; the answer was not read."})
}

// TooMany is the code of the issue that stands first, and once, when a record is more than a server takes.
const TooMany = "answer.too_many"

func (r *answerReader) tooMany(name string) {
	if len(r.issues) > 0 && r.issues[0].Code == TooMany {
		return
	}
	r.issues = slices.Insert(r.issues, 0, survey.Issue{Code: TooMany, Field: r.path + name, Severity: survey.Error,
		ZH: "重复组的条目过多,服务器没有读完。",
		EN: "The repeat has too many entries; the record was not read to its end."})
}

func (r *answerReader) add(issue survey.Issue) {
	if len(r.issues) < maxIssues {
		r.issues = append(r.issues, issue)
	}
}
