package validate

// problemTexts are what is wrong with a form's logic and rules, by code; %s stands for the detail.
var problemTexts = map[string]struct{ zh, en string }{
	"logic.unknown_reference":   {"逻辑引用了不存在的题目“%s”。", "There is no question “%s” to refer to."},
	"logic.ambiguous_reference": {"逻辑中的引用“%s”不明确：有多个题目使用这个名称。", "The reference to “%s” is ambiguous: several questions have that name."},
	"logic.reference":           {"引用有误：%s。", "A reference is wrong: %s."},
	"logic.expression":          {"表达式有误：%s。", "The expression is wrong: %s."},
	"logic.collect": {"ODK Collect 无法计算“%s”，表单在平板上打不开；请改写，或在 settings 的 clients 列写明不用 Collect 的客户端。",
		"ODK Collect cannot evaluate “%s”, so the form does not open on its tablets. Write it otherwise, or name the clients in the settings " +
			"column clients, without collect."},
	"form.rule_syntax":    {"规则的括号不配对。", "The brackets of the rule do not match."},
	"form.rule_unknown":   {"没有名为 %s 的规则。", "There is no rule called %s."},
	"form.rule_reference": {"规则引用的问题 %s 不存在。", "The rule refers to %s, which is not a question here."},
	"form.rule_arguments": {"规则的参数不对。", "The arguments of the rule do not fit."},
	"logic.too_much": {"表单的表达式引用的题目合计过多（在题目“%s”处超出上限），例如每题都用 //*。请只引用所需的题目。",
		"The expressions of this form look at too many questions altogether (at question “%s” it was enough), as //* in every one does. Name " +
			"those that are needed."},
	"logic.cycle": {"循环引用，答案取决于自身：%s。", "The answers depend on themselves: %s."},
}

// FormTexts are the Chinese and English words of what is wrong with a form's logic and rules, by code.
func FormTexts() map[string][2]string {
	texts := map[string][2]string{}
	for code, t := range problemTexts {
		texts[code] = [2]string{t.zh, t.en}
	}
	return texts
}
