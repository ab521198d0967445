package xpath

import (
	"math"
	"strings"
)

var selectFunctions = []function{
	{name: "selected", low: 2, high: 2, params: "ss", build: truthOf2(selected)},
	{name: "is-selected", low: 2, high: 2, params: "ss", build: truthOf2(selected)},
	{name: "selected-at", low: 2, high: 2, params: "sn", build: buildSelectedAt},
	{name: "count-selected", low: 1, high: 1, params: "s", build: buildCountSelected},
	{name: "jr:choice-name", low: 2, high: 2, params: "ss", uses: UsesLabels, context: true, build: buildChoiceName},
	{name: "jr:itext", low: 1, high: 1, params: "s", uses: UsesLabels, build: buildItext},
}

// selected reports whether value, without the white space around it, stands between blanks in list, as JavaRosa looks for
// it: also several names in a row, and in an empty list the empty name.
func selected(list, value string) bool {
	return strings.Contains(" "+list+" ", " "+trim(value)+" ")
}

func trim(s string) string { return strings.Trim(s, " \t\r\n") }

func buildSelectedAt(c *call) *code {
	text, at := c.args[0].text, c.args[1].number
	return textCode(func(f *frame) string {
		s := text(f)
		f.spendBytes(len(s))
		list, i := words(s), math.Trunc(at(f))
		if i >= 0 && i < float64(len(list)) {
			return list[int(i)]
		}
		return ""
	})
}

func buildCountSelected(c *call) *code {
	text := c.args[0].text
	return numberCode(func(f *frame) float64 {
		s := text(f)
		f.spendBytes(len(s))
		return float64(len(words(s)))
	})
}

func buildChoiceName(c *call) *code {
	value, path, off := c.args[0].text, c.args[1].text, c.off
	return textCode(func(f *frame) string {
		if f.ctx.ChoiceLabel == nil {
			panic(errUnavailable(off, "jr:choice-name()"))
		}
		f.spend(1)
		label, _ := f.ctx.ChoiceLabel(value(f), path(f), f.cur)
		return label
	})
}

func buildItext(c *call) *code {
	id, off := c.args[0].text, c.off
	return valueCode(Any, func(f *frame) Value {
		if f.ctx.Itext == nil {
			panic(errUnavailable(off, "jr:itext()"))
		}
		f.spend(1)
		return f.ctx.Itext(id(f))
	})
}
