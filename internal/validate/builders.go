package validate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doorstep/internal/survey"
)

// builder makes the check of one rule for a question; nil when its arguments are wrong, which it has then reported.
type builder func(c *compiler, q *survey.Question, args []string) check

// Fact is what a value rule tells of its question: what the answer is.
type Fact int

// Facts; all but the last tell who somebody is, or where.
const (
	_ Fact = iota
	PersonName
	DocumentNumber
	PhoneNumber
	PlaceCode // of an area or a house
	BirthDate // or another day that somebody's age is reckoned from
)

// rules are all value rules by name: how each is made, and what it tells. Arguments are names of questions unless said otherwise.
var rules = map[string]struct {
	build builder
	tells Fact
}{
	"cn_id":            {citizenNumber, DocumentNumber},    // cn_id(birth date, sex, type of document), each optional
	"cn_mobile":        {tagged("cn_mobile"), PhoneNumber}, // eleven digits
	"cn_phone":         {tagged("cn_phone"), PhoneNumber},  // mobile or landline
	"area_code":        {tagged("area_code"), PlaceCode},
	"house_code":       {tagged("house_code"), PlaceCode},
	"person_name":      {personName, PersonName},
	"is":               {build: engineTag}, // is(email): any tag of validator/v10
	"past_date":        {build: pastDate},
	"not_before_visit": {build: notBeforeVisit},
	"age_under":        {ageUnder, BirthDate},                   // age_under(18): years
	"age_from":         {ageFrom, BirthDate},                    // age_from(60): years
	"guardian_age":     {build: guardianAge},                    // guardian_age(birth date of the child)
	"count_of":         {build: countOf},                        // count_of(repeat)
	"ability_score":    {build: abilityScore},                   // ability_score(part | total | preliminary | final)
	"risk_points":      {build: riskPoints},                     // risk_points(choice list with points)
	"risk_grade":       {build: riskGrade},                      // risk_grade(choice list with min_points, choice list with points)
	"mandatory_report": {build: reportIfChose(MandatoryReport)}, // mandatory_report(choice, …)
	"suspected_report": {build: reportIfChose(SuspectedReport)}, // suspected_report(choice, …)
	"urgent_follow_up": {build: reportIfChose(UrgentFollowUp)},  // urgent_follow_up(choice, …)
}

func tagged(tag string) builder {
	return func(c *compiler, q *survey.Question, args []string) check {
		return engineCheck(tag, tag+".format")
	}
}

func engineCheck(tag, code string) check {
	return func(v *visit, answer string) {
		if !v.bound.rules.holds(answer, tag) {
			v.report(code)
		}
	}
}

// engineTag takes tags as validator/v10 writes them: is(email), is(numeric,len=6).
func engineTag(c *compiler, q *survey.Question, args []string) check {
	tag := strings.Join(args, ",")
	if tag == "" || c.tryTag(tag) != nil {
		return c.wrongArguments(q)
	}
	return engineCheck(tag, "value.format")
}

// tryTag uses a tag once, because the engine tells of an unknown one only by a panic.
func (c *compiler) tryTag(tag string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("tag %s: %v", tag, r)
		}
	}()
	c.rules.holds("x", tag)
	return nil
}

func personName(c *compiler, q *survey.Question, args []string) check {
	return func(v *visit, answer string) {
		if !v.bound.rules.holds(answer, "person_name") {
			v.report(string(nameFormat))
		} else if doubt := nameDoubt(answer); doubt != "" {
			v.report(string(doubt))
		}
	}
}

// countOf compares the answer with the number of occurrences of a repeat in the same scope.
func countOf(c *compiler, q *survey.Question, args []string) check {
	if len(args) != 1 {
		return c.wrongArguments(q)
	}
	repeat := c.find(q, args[0])
	if repeat == nil || repeat.Kind != survey.KindRepeat {
		return c.wrongArguments(q)
	}
	slot := c.slot(repeat)
	return func(v *visit, answer string) {
		if n, err := strconv.Atoi(answer); err == nil && strconv.Itoa(n) != v.answer(slot) {
			v.report("count.mismatch")
		}
	}
}

// reportIfChose raises a report when one of the choices was made.
func reportIfChose(code string) builder {
	return func(c *compiler, q *survey.Question, args []string) check {
		if len(args) == 0 {
			return c.wrongArguments(q)
		}
		single := q.Kind == survey.KindSelectOne
		return func(v *visit, answer string) {
			if said := slices.DeleteFunc(strings.Fields(answer), func(choice string) bool { return !slices.Contains(args, choice) }); len(said) > 0 {
				v.report(code)
				v.issues[len(v.issues)-1].Said = survey.Said{Choices: strings.Join(said, " "), Single: single}
			}
		}
	}
}
