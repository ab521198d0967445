package xpath

import "fmt"

// Error is a mistake in an expression (from Compile) or a refusal to go on (from evaluating).
type Error struct {
	Code   string // stable, e.g. "xpath.unknown_function"
	Offset int    // byte offset into the expression
	EN     string
	ZH     string
}

func (e *Error) Error() string { return fmt.Sprintf("%s at byte %d: %s", e.Code, e.Offset, e.EN) }

// The codes of Error.
const (
	CodeSyntax          = "xpath.syntax"
	CodeTooLarge        = "xpath.too_large" // expression too long or nested too deeply
	CodeTooLong         = "xpath.too_long"  // evaluation ran out of steps or time
	CodeUnknownFunction = "xpath.unknown_function"
	CodeArity           = "xpath.arity"
	CodeNeedsNodes      = "xpath.needs_nodes"
	CodeUnknownPrefix   = "xpath.unknown_prefix"
	CodeVariable        = "xpath.variable"
	CodeBadRegex        = "xpath.bad_regex"
	CodeBadArgument     = "xpath.bad_argument"
	CodeUnavailable     = "xpath.unavailable" // the context lacks what a function needs: clock, randomness, labels
)

// Catalogue says in general what each code means, Chinese, then English; an Error's own words have the particulars.
var Catalogue = map[string][2]string{
	CodeSyntax:          {"表达式的写法有误。", "The expression is not written as XPath."},
	CodeTooLarge:        {"表达式过长或嵌套过深。", "The expression is too long or nested too deeply."},
	CodeTooLong:         {"表达式计算耗时过长。", "Evaluating the expression takes too long."},
	CodeUnknownFunction: {"没有这个函数。", "There is no such function."},
	CodeArity:           {"函数的参数个数不对。", "The function takes another number of arguments."},
	CodeNeedsNodes:      {"此处需要引用题目，而不是一个值。", "A reference to questions is needed here, not a value."},
	CodeUnknownPrefix:   {"命名空间前缀未声明。", "The namespace prefix is not declared."},
	CodeVariable:        {"不能使用变量。", "Variables cannot be used."},
	CodeBadRegex:        {"正则表达式有误。", "The regular expression is wrong."},
	CodeBadArgument:     {"函数的参数不对。", "An argument of the function is wrong."},
	CodeUnavailable:     {"此处无法计算。", "This cannot be evaluated here."},
}

func syntaxError(off int, en, zh string) *Error {
	return &Error{Code: CodeSyntax, Offset: off, EN: en, ZH: zh}
}

func errTooDeep(off int) *Error {
	return &Error{CodeTooLarge, off, "the expression is nested too deeply", "表达式嵌套过深"}
}

func errTooLarge() *Error {
	return &Error{CodeTooLarge, maxSource, fmt.Sprintf("the expression is longer than %d bytes", maxSource),
		fmt.Sprintf("表达式超过 %d 字节", maxSource)}
}

func errTooLong(off int) *Error {
	return &Error{CodeTooLong, off, "evaluating the expression takes too long", "表达式计算耗时过长"}
}

func errUnknownFunction(off int, name string) *Error {
	return &Error{CodeUnknownFunction, off, fmt.Sprintf("there is no function %s()", name),
		fmt.Sprintf("没有函数 %s()", name)}
}

func errArity(off int, name string, got, low, high int) *Error {
	want := fmt.Sprint(low)
	switch {
	case high < 0:
		want += "+"
	case high != low:
		want += fmt.Sprintf("-%d", high)
	}
	return &Error{CodeArity, off, fmt.Sprintf("%s() takes %s arguments, not %d", name, want, got),
		fmt.Sprintf("%s() 需要 %s 个参数，实际为 %d 个", name, want, got)}
}

func errNeedsNodes(off int, what string) *Error {
	return &Error{CodeNeedsNodes, off, fmt.Sprintf("%s needs a reference to questions, not a value", what),
		fmt.Sprintf("%s 需要引用题目，而不是一个值", what)}
}

func errPrefix(off int, prefix string) *Error {
	return &Error{CodeUnknownPrefix, off, fmt.Sprintf("the namespace prefix %q is not declared", prefix),
		fmt.Sprintf("命名空间前缀 %q 未声明", prefix)}
}

func errUnavailable(off int, what string) *Error {
	return &Error{CodeUnavailable, off, fmt.Sprintf("%s cannot be evaluated here", what),
		fmt.Sprintf("此处无法计算 %s", what)}
}

func errArgument(off int, en, zh string) *Error { return &Error{CodeBadArgument, off, en, zh} }
