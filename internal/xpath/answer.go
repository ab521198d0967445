package xpath

import (
	"math"
	"strconv"
	"strings"
	"time"

	"doorstep/internal/survey"
)

// typed is the value of one node as JavaRosa holds it: numbers, dates and truths where the form says that the answer is
// one, text otherwise. What cannot be read as its type is no answer.
func (f *frame) typed(n *survey.Node) Value {
	s := f.contentOf(n)
	switch n.Answer {
	case survey.KindInteger, survey.KindDecimal:
		if x := answerNumber(s); !math.IsNaN(x) {
			return numberValue(x)
		}
		return textValue("")
	case survey.KindDate, survey.KindDateTime, survey.KindTime:
		if v, ok := answerMoment(n.Answer, s, f.zone); ok {
			return v
		}
		return textValue("")
	case survey.KindBoolean:
		if s = trim(s); s != "" {
			return truthValue(isTrue(s))
		}
	case survey.KindNone:
		if looksLikeDate(s) {
			if t, ok := parseDate(s, f.zone); ok {
				return Value{Kind: Number, Num: days(t), Str: s, Dated: true}
			}
		}
	}
	return textValue(s)
}

// answerNumber reads a number as tablets write it, with an exponent where it is large.
func answerNumber(s string) float64 {
	if x := parseNumber(s); !math.IsNaN(x) {
		return x
	}
	x, err := strconv.ParseFloat(trim(s), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

func answerMoment(kind survey.Kind, s string, zone *time.Location) (Value, bool) {
	s = trim(s)
	if kind == survey.KindTime {
		t, ok := ParseMoment("1970-01-01T"+s, zone)
		return Value{Kind: Number, Num: days(t), Str: s, Dated: true}, ok && s != ""
	}
	t, ok := ParseMoment(s, zone)
	if kind == survey.KindDate {
		t = midnight(t, zone)
	}
	return dateValue(t), ok
}

// textOfNode is the value of a node as string() gives it.
func textOfNode(n *survey.Node) string {
	s := n.Value()
	switch n.Answer {
	case survey.KindInteger, survey.KindDecimal:
		if len(s) > exactDigits {
			return trim(s) // a double would round it
		}
		if x := answerNumber(s); !math.IsNaN(x) {
			return numberText(x)
		}
		return ""
	case survey.KindDate, survey.KindDateTime:
		return dayText(trim(s))
	case survey.KindBoolean:
		if s = trim(s); s != "" {
			return strconv.FormatBool(isTrue(s))
		}
	}
	return s
}

// isTrue reports whether a text is true as JavaRosa writes it.
func isTrue(s string) bool { return s == "1" || s == "t" || s == "true" }

// exactDigits is how many digits a double holds for sure.
const exactDigits = 15

// dayText is the day of a moment, which is all that string() gives of one. A time of day stays as it is.
func dayText(s string) string {
	day, _, _ := strings.Cut(s, "T")
	return day
}

// truthOfNodes is the truth of the only node, by its type; none is false and several are true.
func truthOfNodes(nodes []*survey.Node) bool {
	if len(nodes) != 1 {
		return len(nodes) > 1
	}
	s := nodes[0].Value()
	switch nodes[0].Answer {
	case survey.KindInteger, survey.KindDecimal:
		return truthOf(answerNumber(s))
	case survey.KindBoolean:
		return isTrue(trim(s))
	}
	return s != ""
}

// numberOfNode converts a node as number() does.
func (f *frame) numberOfNode(n *survey.Node) float64 {
	v := f.typed(n)
	return f.number(&v)
}

// visible drops the nodes that are not relevant from the end of the arena.
func visible(set []*survey.Node) []*survey.Node {
	kept := 0
	for _, n := range set {
		if !n.Off {
			set[kept] = n
			kept++
		}
	}
	return set[:kept]
}

func isMoment(kind survey.Kind) bool {
	return kind == survey.KindDate || kind == survey.KindDateTime || kind == survey.KindTime
}

// momentText writes a moment as an answer of that kind.
func momentText(kind survey.Kind, v Value, zone *time.Location) string {
	t, ok := fromDays(v.Num, zone)
	switch {
	case !ok:
		return ""
	case kind == survey.KindDate:
		return t.Format(time.DateOnly)
	case kind == survey.KindDateTime:
		return t.Format(momentLayout)
	case kind == survey.KindTime:
		return t.Format(timeLayout)
	}
	return formatMoment(t)
}

// nearWhole is how near to a whole number JavaRosa takes a result for one.
const nearWhole = 1e-9

func numberAnswer(kind survey.Kind, n float64) string {
	whole := math.Trunc(n)
	switch {
	case kind == survey.KindInteger && !math.IsNaN(n):
		return formatNumber(max(min(whole, math.MaxInt32), math.MinInt32))
	case kind == survey.KindBoolean:
		return strconv.FormatBool(truthOf(n))
	case math.Abs(n-whole) < nearWhole:
		return formatNumber(whole)
	}
	return formatNumber(n)
}
