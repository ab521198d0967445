package validate

import "doorstep/internal/survey"

// logicTexts are the issues that a form's own logic gives, by code. logic.required and logic.constraint take the words of
// the form instead where it has any.
var logicTexts = map[string]Entry{
	"logic.required":        {survey.Error, "此题必填，但没有答案。", "This question must be answered."},
	"logic.constraint":      {survey.Error, "答案不符合此题的限制条件。", "The answer does not meet the condition of the question."},
	"logic.type":            {survey.Error, "答案的格式与题型不符，已清除。", "The answer is not of the question's type and was removed."},
	"logic.choice":          {survey.Error, "答案不在可选项之内，已清除。", "The answer is not one of the choices and was removed."},
	"logic.calculate":       {survey.Warning, "自动计算的结果与提交的不同，已按表单重新计算。", "The computed value differs from the one sent and was computed anew."},
	"logic.repeat_count":    {survey.Warning, "登记的条数与表单要求的条数不一致。", "The number of entries differs from the number that the form asks for."},
	"logic.irrelevant":      {survey.Notice, "按表单的条件此处不适用，已清除其中的答案。", "By the form's conditions this does not apply; its answers were removed."},
	"logic.unknown_element": {survey.Notice, "提交的内容中有表单没有的项目。", "The record has an item that the form does not have."},
	"logic.too_long":        {survey.Warning, "记录过大或表单过于复杂，只检查了一部分。", "The record is too large or the form too complex; it was checked in part."},
}

func logicIssue(code, field string) survey.Issue {
	e := logicTexts[code]
	return survey.Issue{Code: code, Field: field, Severity: e.Severity, ZH: e.ZH, EN: e.EN}
}

// problemTexts are what is wrong with a form's logic, by code; %s stands for the detail.
var problemTexts = map[string]struct{ zh, en string }{
	"logic.unknown_reference":   {"引用了不存在的题目“%s”。", "There is no question “%s” to refer to."},
	"logic.ambiguous_reference": {"引用“%s”不明确：有多个题目使用这个名称。", "The reference to “%s” is ambiguous: several questions have that name."},
	"logic.reference":           {"引用有误：%s。", "A reference is wrong: %s."},
	"logic.expression":          {"表达式有误：%s。", "The expression is wrong: %s."},
	"logic.cycle":               {"循环引用，答案取决于自身：%s。", "The answers depend on themselves: %s."},
}
