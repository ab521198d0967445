package sensitive

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// largest is the largest number that is kept: seven digits hold an amount of money, and neither the number of a document,
// a card or a mobile phone nor a day.
const largest = 9_999_999

var (
	below   = regexp.MustCompile(`^\.\s*(?:<=?|=)\s*(-?[0-9]+(?:\.[0-9]+)?)$`)
	above   = regexp.MustCompile(`^(-?[0-9]+(?:\.[0-9]+)?)\s*(?:>=?|=)\s*\.$`)
	digits  = regexp.MustCompile(`^string-length\(\s*\.\s*\)\s*(?:<=?|=)\s*([0-9]+)$`)
	between = regexp.MustCompile(`\b(and|or)\b`)
)

// bounded reports whether the form itself keeps a number small: by its constraint, or by the ends of a range.
func bounded(q *survey.Question) bool {
	if q.Type == "range" {
		return small(parameter(q, "start")) && small(parameter(q, "end"))
	}
	return bounds(q.Constraint)
}

func parameter(q *survey.Question, name string) string {
	for _, p := range q.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// bounds reports whether whatever satisfies an expression is a small number: every alternative of it says so.
func bounds(expr string) bool {
	expr = bare(expr)
	if parts := split(expr, "or"); len(parts) > 1 {
		for _, part := range parts {
			if !bounds(part) {
				return false
			}
		}
		return true
	}
	if parts := split(expr, "and"); len(parts) > 1 {
		for _, part := range parts {
			if bounds(part) {
				return true
			}
		}
		return false
	}
	for _, form := range []*regexp.Regexp{below, above} {
		if m := form.FindStringSubmatch(expr); m != nil {
			return small(m[1])
		}
	}
	m := digits.FindStringSubmatch(expr)
	return m != nil && len(m[1]) == 1 && m[1] <= "7" // as many digits as largest has
}

func small(number string) bool {
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && n >= -largest && n <= largest
}

// Telling reports whether an answer that is kept looks like what must not be: a number over largest, or a text with as many
// digits in a row as a mobile phone has.
func Telling(answer any) bool {
	switch v := answer.(type) {
	case int64:
		return v > largest || v < -largest
	case float64:
		return v > largest || v < -largest
	case string:
		return phoneDigits.MatchString(v)
	}
	return false
}

var phoneDigits = regexp.MustCompile(`[0-9]{11}`)

// Numbered reports whether a text that its form calls harmless holds a number of a person all the same: a mobile phone, a
// citizen number or residence permit of a province that exists, a bank card. Other long numbers are what was asked for.
func Numbered(text string) bool {
	return slices.ContainsFunc(longRun.FindAllString(text, -1), personal.MatchString)
}

var (
	longRun  = regexp.MustCompile(`[0-9]{11,}[Xx]?`)
	personal = regexp.MustCompile(`^(?:(?:00)?86)?1[3-9][0-9]{9}$|` +
		`^9?(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{12,15}[0-9Xx]$|^[3-6][0-9]{12,18}$`)
)

// bare takes the parentheses around a whole expression off.
func bare(expr string) string {
	for {
		expr = strings.TrimSpace(expr)
		if !strings.HasPrefix(expr, "(") || closing(expr) != len(expr)-1 {
			return expr
		}
		expr = expr[1 : len(expr)-1]
	}
}

// closing is where the parenthesis closes that an expression begins with, -1 when nowhere.
func closing(expr string) int {
	depth, quote := 0, byte(0)
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// split cuts an expression at an operator that stands outside of parentheses and literals.
func split(expr, operator string) []string {
	var parts []string
	from := 0
	for _, at := range between.FindAllStringIndex(expr, -1) {
		if expr[at[0]:at[1]] == operator && outside(expr[:at[0]]) {
			parts, from = append(parts, expr[from:at[0]]), at[1]
		}
	}
	return append(parts, expr[from:])
}

// outside reports whether neither a parenthesis nor a literal is open at the end of an expression.
func outside(expr string) bool {
	left := literal.ReplaceAllString(expr, "")
	return !strings.ContainsAny(left, `'"`) && strings.Count(left, "(") == strings.Count(left, ")")
}
