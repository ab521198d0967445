package validate

import (
	"slices"
	"testing"

	"doorstep/internal/survey"
)

// A question uses the rules that its own column names, whole, with the arguments of each.
func TestUses(t *testing.T) {
	q := &survey.Question{Bind: []survey.Pair{{Name: "doorstep:other", Value: "phone"}, {Name: ruleColumn, Value: "cn_id(${sex}, birth) person_name"}}}
	for rule, want := range map[string]struct {
		args []string
		ok   bool
	}{"cn_id": {[]string{"sex", "birth"}, true}, "person_name": {nil, true}, "phone": {}, "cn": {}, "name": {}, "": {}} {
		if args, ok := Uses(q, rule); ok != want.ok || !slices.Equal(args, want.args) {
			t.Errorf("%q: %q %v, want %+v", rule, args, ok, want)
		}
	}
	if _, ok := Uses(&survey.Question{}, "cn_id"); ok {
		t.Error("a question without a rule uses one")
	}
}

// What rules tell of an answer goes by those of its own column, and by the tags that is(…) takes.
func TestTells(t *testing.T) {
	for cell, want := range map[string]Fact{
		"cn_id(birth,sex) past_date": DocumentNumber, "cn_mobile": PhoneNumber, "past_date;cn_phone": PhoneNumber, "area_code": PlaceCode,
		"house_code": PlaceCode, "person_name": PersonName, "is(numeric,cn_id)": DocumentNumber, "age_under(18)": BirthDate, "age_from(60)": BirthDate,
		"guardian_age(birth)": 0, "is(email)": 0, "cn": 0, "": 0,
	} {
		q := &survey.Question{Bind: []survey.Pair{{Name: "doorstep:other", Value: "cn_id person_name age_from"}, {Name: ruleColumn, Value: cell}}}
		for fact := PersonName; fact <= BirthDate; fact++ {
			if got := Tells(q, fact); got != (fact == want) {
				t.Errorf("%q tells %d: %v", cell, fact, got)
			}
		}
		if got := Tells(q, PersonName, DocumentNumber, PhoneNumber, PlaceCode); got != (want > 0 && want < BirthDate) {
			t.Errorf("%q tells who somebody is: %v", cell, got)
		}
	}
}
