package validate

// problemTexts are what is wrong with a form's logic, by code; %s stands for the detail.
var problemTexts = map[string]struct{ zh, en string }{
	"logic.unknown_reference":   {"引用了不存在的题目“%s”。", "There is no question “%s” to refer to."},
	"logic.ambiguous_reference": {"引用“%s”不明确：有多个题目使用这个名称。", "The reference to “%s” is ambiguous: several questions have that name."},
	"logic.reference":           {"引用有误：%s。", "A reference is wrong: %s."},
	"logic.expression":          {"表达式有误：%s。", "The expression is wrong: %s."},
	"logic.collect": {"ODK Collect 无法计算“%s”，表单在平板上打不开；请改写，或在 settings 的 clients 列写明不用 Collect 的客户端。",
		"ODK Collect cannot evaluate “%s”, so the form does not open on its tablets. Write it otherwise, or name the clients in the settings column clients, without collect."},
	"logic.cycle": {"循环引用，答案取决于自身：%s。", "The answers depend on themselves: %s."},
}
