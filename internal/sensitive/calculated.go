package sensitive

import (
	"regexp"
	"strings"

	"doorstep/internal/survey"
)

var (
	expressionName = regexp.MustCompile(`[\p{L}_][\p{L}\p{N}_.-]*`)
	instanceCall   = regexp.MustCompile(`instance\s*\(\s*(?:'([^']*)'|"([^"]*)"|)`)
	outerPosition  = regexp.MustCompile(`position\s*\(\s*\.\.\s*\)`)
	literal        = regexp.MustCompile(`'[^']*'|"[^"]*"`)
)

// calculated judges a calculation by all that it can read: it is as identifying as the most identifying answer among
// them. Names are looked up wherever they stand, so "../name" counts like ${name}.
func (c *Classifier) calculated(q *survey.Question) Verdict {
	expr := q.Calculation
	if q.DynamicDefault {
		expr += " " + q.Default
	}
	if c.readsAnything(expr) {
		return Verdict{MayTell, fromAnswers}
	}
	worst := Keep
	for _, name := range expressionName.FindAllString(literal.ReplaceAllString(expr, "''"), -1) {
		for _, other := range c.byName[name] {
			if other != q && hasColumn(other) {
				worst = max(worst, c.Judge(other).Treatment)
			}
		}
	}
	switch {
	case worst >= IfSmall:
		return Verdict{MayTell, fromAnswers}
	case worst == Guarded:
		return Verdict{Guarded, fromAnswers}
	case worst >= AsAge:
		return Verdict{AsAge, fromBirth}
	case worst == AsMonth:
		return Verdict{AsAge, fromDay}
	case worst > Keep:
		return Verdict{AsSpan, fromDate}
	}
	return Verdict{}
}

// countsAge reports whether somebody's age is calculated from a day.
func (c *Classifier) countsAge(day *survey.Question) bool {
	if c.ageFrom == nil {
		c.ageFrom = map[string]bool{}
		c.form.Walk(func(q *survey.Question) bool {
			if q.Calculation != "" && isAge(q) {
				for _, name := range expressionName.FindAllString(literal.ReplaceAllString(q.Calculation, "''"), -1) {
					c.ageFrom[name] = true
				}
			}
			return true
		})
	}
	return c.ageFrom[day.Name]
}

func hasColumn(q *survey.Question) bool {
	switch q.Kind {
	case survey.KindGroup, survey.KindRepeat, survey.KindNote, survey.KindNone:
		return false
	}
	return true
}

// readsAnything finds expressions whose result cannot be told from the names in them: new ids, registers, paths with
// wildcards, whole groups.
func (c *Classifier) readsAnything(expr string) bool {
	for _, call := range instanceCall.FindAllStringSubmatch(expr, -1) {
		if c.form.Lists[call[1]+call[2]] == nil {
			return true
		}
	}
	bare := literal.ReplaceAllString(outerPosition.ReplaceAllString(expr, ""), "''")
	for _, sign := range []string{"uuid", "pulldata", "property", "::", "//", "*/", "/*"} {
		if strings.Contains(bare, sign) {
			return true
		}
	}
	return strings.Contains(strings.ReplaceAll(bare, "../", ""), "..") || c.readsGroup(bare)
}

// readsGroup finds groups and repeats used for their text. Counting them is harmless.
func (c *Classifier) readsGroup(expr string) bool {
	expr = countCall.ReplaceAllString(expr, "")
	for _, at := range expressionName.FindAllStringIndex(expr, -1) {
		rest := strings.TrimLeft(expr[at[1]:], "} ")
		if strings.HasPrefix(rest, "/") || strings.HasPrefix(rest, "[") {
			continue // a step on the way to an answer, whose name follows
		}
		for _, other := range c.byName[expr[at[0]:at[1]]] {
			if other.Kind == survey.KindGroup || other.Kind == survey.KindRepeat {
				return true
			}
		}
	}
	return false
}

var countCall = regexp.MustCompile(`count(-non-empty)?\s*\(\s*\$\{[^}]*\}\s*\)`)
