package xpath

import (
	"math"
	"strings"
	"unicode/utf16"
)

var textFunctions = []function{
	{name: "string", high: 1, params: "x", context: true, build: func(c *call) *code { return textCode(c.orContext().text) }},
	{name: "concat", high: -1, params: "x", build: buildConcat},
	{name: "join", low: 1, high: -1, params: "sx", build: buildJoin},
	{name: "starts-with", low: 2, high: 2, params: "ss", build: truthOf2(strings.HasPrefix)},
	{name: "ends-with", low: 2, high: 2, params: "ss", build: truthOf2(strings.HasSuffix)},
	{name: "contains", low: 2, high: 2, params: "ss", build: truthOf2(strings.Contains)},
	{name: "substring-before", low: 2, high: 2, params: "ss", build: textOf2(before)},
	{name: "substring-after", low: 2, high: 2, params: "ss", build: textOf2(after)},
	{name: "substring", low: 2, high: 3, params: "snn", build: buildSubstring},
	{name: "substr", low: 2, high: 3, params: "snn", build: buildSubstr},
	{name: "string-length", high: 1, params: "s", context: true, build: buildLength},
	{name: "normalize-space", high: 1, params: "s", context: true, build: buildNormalize},
	{name: "translate", low: 3, high: 3, params: "sss", build: buildTranslate},
	{name: "coalesce", low: 2, high: 2, params: "xx", build: buildCoalesce},
}

func buildConcat(c *call) *code {
	args := c.args
	return textCode(func(f *frame) string { return f.joined("", args) })
}

func buildJoin(c *call) *code {
	glue, args := c.args[0].text, c.args[1:]
	return textCode(func(f *frame) string { return f.joined(glue(f), args) })
}

func (f *frame) joined(glue string, args []*code) string {
	var b strings.Builder
	first := true
	f.texts(args, func(s string) {
		f.spendBytes(len(s) + len(glue))
		if !first {
			b.WriteString(glue)
		}
		first = false
		b.WriteString(s)
	})
	return b.String()
}

func before(s, sep string) string {
	if head, _, found := strings.Cut(s, sep); found {
		return head
	}
	return ""
}

func after(s, sep string) string {
	_, tail, _ := strings.Cut(s, sep)
	return tail
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// textLength counts UTF-16 units, as both clients do: a rare character outside the basic plane counts twice.
func textLength(s string) int {
	if isASCII(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// cut takes the units from start to end, both within the text.
func cut(s string, start, end int) string {
	if start >= end {
		return ""
	}
	if isASCII(s) {
		return s[start:end]
	}
	return string(utf16.Decode(utf16.Encode([]rune(s))[start:end]))
}

func buildLength(c *call) *code {
	a := c.orContext().text
	return numberCode(func(f *frame) float64 {
		s := a(f)
		f.spendBytes(len(s))
		return float64(textLength(s))
	})
}

// buildSubstring compiles substring(): 1-based, with both numbers rounded (XPath 1.0, section 4.2).
func buildSubstring(c *call) *code {
	text, from, length := c.args[0].text, c.args[1].number, c.arg(2)
	return textCode(func(f *frame) string {
		s := text(f)
		f.spendBytes(len(s))
		size := textLength(s)
		start := math.Floor(from(f) + 0.5)
		end := math.Inf(1)
		if length != nil {
			end = start + math.Floor(length.number(f)+0.5)
		}
		if math.IsNaN(start) || math.IsNaN(end) {
			return ""
		}
		return cut(s, clamp(start-1, size), clamp(end-1, size))
	})
}

func clamp(n float64, size int) int { return int(min(max(n, 0), float64(size))) }

// buildSubstr compiles substr(): 0-based, the end exclusive, negative numbers counting from the end.
func buildSubstr(c *call) *code {
	text, from, to := c.args[0].text, c.args[1].number, c.arg(2)
	return textCode(func(f *frame) string {
		s := text(f)
		f.spendBytes(len(s))
		size := textLength(s)
		end := size
		if to != nil {
			end = index(to.number(f), size)
		}
		return cut(s, index(from(f), size), end)
	})
}

func index(n float64, size int) int {
	if math.IsNaN(n) {
		return 0
	}
	if n = math.Trunc(n); n < 0 {
		n += float64(size)
	}
	return clamp(n, size)
}

func buildNormalize(c *call) *code {
	a := c.orContext().text
	return textCode(func(f *frame) string {
		s := a(f)
		f.spendBytes(len(s))
		return normalize(s)
	})
}

func normalize(s string) string {
	if !strings.ContainsAny(s, " \t\r\n") {
		return s
	}
	return strings.Join(words(s), " ")
}

// words splits at XML's white space only: an ideographic space belongs to an answer.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
}

func buildTranslate(c *call) *code {
	text, from, to := c.args[0].text, c.args[1].text, c.args[2].text
	return textCode(func(f *frame) string {
		s, a, b := text(f), []rune(from(f)), []rune(to(f))
		f.spendBytes(len(s) + len(a)*32 + len(b))
		table := make(map[rune]rune, len(a))
		for i, r := range a {
			if _, known := table[r]; known {
				continue
			}
			table[r] = -1
			if i < len(b) {
				table[r] = b[i]
			}
		}
		return strings.Map(func(r rune) rune {
			if to, found := table[r]; found {
				return to
			}
			return r
		}, s)
	})
}

// buildCoalesce compiles coalesce(): the second value where the first is no answer.
func buildCoalesce(c *call) *code {
	a, b := c.args[0], c.args[1]
	out := valueCode(Any, func(f *frame) Value {
		f.spend(1)
		first := a.value(f)
		v := f.unpack(&first)
		if v.Kind == String && v.Str == "" || v.Kind == Number && math.IsNaN(v.Num) {
			return b.value(f)
		}
		return first
	})
	return out
}
