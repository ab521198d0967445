package xform

import (
	"maps"
	"slices"
	"strings"

	"doorstep/internal/survey"
)

// texts are what a person reads, by code: Chinese, then English; %s stands for the detail.
var texts = map[string][2]string{
	"answer.shape":   {"答案的数据结构与问卷不符，该答案未被读取。", "The answer does not have the shape that the form asks for and was not read."},
	"answer.unknown": {"问卷中没有这个问题，该答案未被读取。", "The form has no such question; the answer was not read."},
	TooMany:          {"重复组的条目过多，服务器没有读完。", "The repeat has too many entries; the record was not read to its end."},
	"xml.name": {"名称“%s”不能写入表单：它含有不能用于名称的字符，或者它的前缀没有在 settings 表的 namespaces 列声明。",
		"The name “%s” cannot be written: it has characters that a name cannot have, or its prefix is not declared in the namespaces column of " +
			"the settings sheet."},
}

// Texts are the Chinese and English words of what can be wrong with answers in JSON and with a form's names, by code.
func Texts() map[string][2]string { return maps.Clone(texts) }

func issue(code, field string, severity survey.Severity) survey.Issue {
	return survey.Issue{Code: code, Field: field, Severity: severity, ZH: texts[code][0], EN: texts[code][1]}
}

func (r *answerReader) shape(name string) {
	r.add(issue("answer.shape", strings.TrimSuffix(r.path+name, "/"), survey.Error))
}

func (r *answerReader) unknown(key []byte) {
	const longest = 64 // bytes; a longer key cannot be a question of ours
	key = key[:min(len(key), longest)]
	r.add(issue("answer.unknown", r.path+xmlText(key), survey.Warning))
}

// TooMany is the code of the issue that stands first, and once, when a record is more than a server takes.
const TooMany = "answer.too_many"

func (r *answerReader) tooMany(name string) {
	if len(r.issues) > 0 && r.issues[0].Code == TooMany {
		return
	}
	r.issues = slices.Insert(r.issues, 0, issue(TooMany, r.path+name, survey.Error))
}

func (r *answerReader) add(issue survey.Issue) {
	if len(r.issues) < maxIssues {
		r.issues = append(r.issues, issue)
	}
}
