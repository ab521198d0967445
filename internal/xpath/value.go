package xpath

import (
	"math"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// Kind is the type of a value, known at compile time except for Any.
type Kind uint8

// The kinds of values. Any is what if() and a few others give: known only when evaluated.
const (
	Any Kind = iota
	Nodes
	String
	Number
	Boolean
)

// Value is the result of an expression.
type Value struct {
	Kind  Kind
	Nodes []*survey.Node // in document order, without duplicates
	Str   string         // of a String; of a Number that is a date, its ISO 8601 form
	Num   float64
	Bool  bool
	// Dated marks a Number that came from a date function: Num counts days since 1970-01-01T00:00Z and Str is its text.
	Dated bool
}

func textValue(s string) Value          { return Value{Kind: String, Str: s} }
func numberValue(n float64) Value       { return Value{Kind: Number, Num: n} }
func truthValue(b bool) Value           { return Value{Kind: Boolean, Bool: b} }
func nodesValue(n []*survey.Node) Value { return Value{Kind: Nodes, Nodes: n} }

// Text converts v as string() does; a date becomes its day, as JavaRosa has it.
func (v *Value) Text() string {
	switch v.Kind {
	case String:
		return v.Str
	case Number:
		if v.Dated {
			return dayText(v.Str)
		}
		return numberText(v.Num)
	case Boolean:
		return strconv.FormatBool(v.Bool)
	}
	if len(v.Nodes) == 0 {
		return ""
	}
	return textOfNode(v.Nodes[0])
}

// truth converts v as boolean() does. One answer has the truth of its value, several together are true. A date is true.
func (v *Value) truth() bool {
	switch v.Kind {
	case String:
		return v.Str != ""
	case Number:
		return v.Dated && v.Str != invalidDate || truthOf(v.Num)
	case Boolean:
		return v.Bool
	}
	return truthOfNodes(v.Nodes)
}

func truthOf(n float64) bool { return math.Abs(n) > tiny } // which NaN is not

// tiny is the difference below which JavaRosa takes two numbers for equal.
const tiny = 1e-12

// numberText writes a number as JavaRosa's string() does: without a fraction where there is none and an int of Java holds
// it, else as Java's Double.toString, with an exponent from ten million on and below a thousandth.
func numberText(n float64) string {
	switch {
	case math.IsNaN(n):
		return "NaN"
	case math.Abs(n) < tiny:
		return "0"
	case math.IsInf(n, 1):
		return "Infinity"
	case math.IsInf(n, -1):
		return "-Infinity"
	case math.Abs(n) < math.MaxInt32 && math.Abs(n-math.Trunc(n)) < tiny:
		return strconv.FormatInt(int64(n), 10)
	case math.Abs(n) >= 1e-3 && math.Abs(n) < 1e7:
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
	if !strings.Contains(digits, ".") {
		digits += ".0"
	}
	power, err := strconv.Atoi(exponent)
	if err != nil { // FormatFloat writes digits there
		return digits
	}
	return digits + "E" + strconv.Itoa(power)
}

// formatNumber writes a number as XPath 1.0 section 4.2 does, without an exponent, as an answer keeps it; NaN is "", no
// answer.
func formatNumber(n float64) string {
	switch {
	case math.IsNaN(n):
		return ""
	case math.IsInf(n, 1):
		return "Infinity"
	case math.IsInf(n, -1):
		return "-Infinity"
	case n == 0:
		return "0"
	case n == math.Trunc(n) && math.Abs(n) < 1<<53:
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// parseNumber reads XPath's Number with spaces around it: an optional minus, digits, a point or, as some countries write
// it and JavaRosa reads it, a comma. Anything else is NaN.
func parseNumber(s string) float64 {
	s = trim(s)
	if strings.IndexByte(s, ',') >= 0 {
		s = strings.ReplaceAll(s, ",", ".")
	}
	digits := 0
	point := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isDigit(c):
			digits++
		case c == '.' && !point:
			point = true
		case c == '-' && i == 0:
		default:
			return math.NaN()
		}
	}
	if digits == 0 {
		return math.NaN()
	}
	if len(s) < 16 && !point {
		return smallInt(s)
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil && n == 0 {
		return math.NaN()
	}
	return n
}

func smallInt(s string) float64 {
	n, sign := 0, 1
	for i := 0; i < len(s); i++ {
		if s[i] == '-' {
			sign = -1
			continue
		}
		n = n*10 + int(s[i]-'0')
	}
	return float64(sign * n)
}
