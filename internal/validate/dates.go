package validate

import (
	"strconv"
	"time"

	"doorstep/internal/survey"
)

// dayOf is the calendar day of a date or dateTime answer, as YYYY-MM-DD; "" for what is no date, which other rules tell.
func dayOf(answer string) string {
	if len(answer) < len(time.DateOnly) {
		return ""
	}
	day := answer[:len(time.DateOnly)]
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return ""
	}
	return day
}

// yearsOld is the age in full years on a day; both are YYYY-MM-DD. Someone born on 29 February is a year older on
// 1 March of a common year.
func yearsOld(birth, day string) int {
	years := number(day[:4]) - number(birth[:4])
	if day[4:] < birth[4:] {
		years--
	}
	return years
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func pastDate(c *compiler, q *survey.Question, args []string) check {
	return func(v *visit, answer string) {
		if dayOf(answer) > v.day {
			v.report("date.future")
		}
	}
}

func notBeforeVisit(c *compiler, q *survey.Question, args []string) check {
	return func(v *visit, answer string) {
		if day := dayOf(answer); v.sure && day != "" && day < v.day {
			v.report("date.before_visit")
		}
	}
}

// ageUnder is for a birth date: age_under(18) refuses who is 18 or older at the visit.
func ageUnder(c *compiler, q *survey.Question, args []string) check {
	return ageRule(c, q, args, func(age, limit int) string {
		if age >= limit {
			return "age.too_old"
		}
		return ""
	})
}

// ageFrom is for a birth date: age_from(60) refuses who is not yet 60 at the visit.
func ageFrom(c *compiler, q *survey.Question, args []string) check {
	return ageRule(c, q, args, func(age, limit int) string {
		if age < limit {
			return "age.too_young"
		}
		return ""
	})
}

func ageRule(c *compiler, q *survey.Question, args []string, judge func(age, limit int) string) check {
	if len(args) != 1 || !allDigits(args[0]) {
		return c.wrongArguments(q)
	}
	limit := number(args[0])
	return func(v *visit, answer string) {
		birth := dayOf(answer)
		if birth == "" || birth > v.day || !v.sure {
			return
		}
		if code := judge(yearsOld(birth, v.day), limit); code != "" {
			v.report(code)
		}
	}
}
