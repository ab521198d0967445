package validate

import (
	"regexp"
	"slices"
	"strconv"

	"doorstep/internal/survey"
)

// numberedDocuments are the types of document that carry a number of GB 11643.
var numberedDocuments = []string{"id_card", "household_register", "hkmt_permit", "foreign_permanent"}

// oldForeignCard is the permanent resident card before 2023: a country and twelve digits without a public checksum.
var oldForeignCard = regexp.MustCompile(`^[A-Za-z]{3}[0-9]{12}$`)

// citizenNumber is cn_id(birth date, sex, type of document): the number by itself, against its partners, and against
// the other numbers of the record. A document of another type is not looked at.
func citizenNumber(c *compiler, q *survey.Question, args []string) check {
	if len(args) > 3 {
		return c.wrongArguments(q)
	}
	p := c.partners(q, args, 3)
	birth, sex, kind := p[0], p[1], p[2]
	return func(v *visit, answer string) {
		document := v.answer(kind)
		if document != "" && !slices.Contains(numberedDocuments, document) ||
			document == "foreign_permanent" && oldForeignCard.MatchString(answer) {
			return
		}
		if v.bound.rules.holds(answer, "cn_id") {
			v.holder(answer, dayOf(v.answer(birth)), v.answer(sex))
		} else if _, err := ParseCNID(answer); err != nil {
			v.report(err.Error())
		}
	}
}

// holder compares a valid number with what else is said of the person; "" is not known.
func (v *visit) holder(answer, birth, sex string) {
	id, _ := ParseCNID(answer)
	report := func(code string, when bool) {
		if when {
			v.report(code)
		}
	}
	report("cn_id.future", id.Birth > v.day)
	report("cn_id.birth_mismatch", birth != "" && birth != id.Birth)
	report("cn_id.sex_mismatch", (sex == "male" || sex == "female") && sex != id.Sex)
	report("cn_id.division", !id.Assigned && !v.bound.rules.expects(id.Region))
	report("cn_id.legacy", id.Legacy)
	report("cn_id.repeated", v.repeatedNumber(id.Number))
}

const adult = 18 // Civil Code, article 17

// guardianAge is guardian_age(birth date of the child), for the guardian's age in years.
func guardianAge(c *compiler, q *survey.Question, args []string) check {
	if len(args) != 1 {
		return c.wrongArguments(q)
	}
	child := c.partner(q, args[0])
	return func(v *visit, answer string) {
		age, err := strconv.Atoi(answer)
		if err != nil {
			return
		}
		birth := dayOf(v.answer(child))
		switch {
		case v.sure && birth != "" && birth <= v.day && age <= yearsOld(birth, v.day):
			v.report("guardian.younger")
		case age < adult:
			v.report("guardian.minor")
		}
	}
}
