package demo

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// childAnswers are the facts about a child that follow from who lives in the household.
func childAnswers(r *rand.Rand, h Household, child Person, at time.Time, known bool) map[string]string {
	a := map[string]string{
		"person_id": idWhen(known, child.ID), "person_looked": lookedFor(known), "child_name": child.Name, "child_name_kind": "registered",
		"child_sex":        child.Sex,
		"child_birth_date": child.BirthDate, "child_id_type": child.IDType, "child_id_number": child.IDNumber,
		"child_ethnicity": child.Ethnicity, "child_phone": child.Phone, "child_registration": "local",
	}
	if h.Migrant {
		a["child_registration"], a["child_registration_place"] = "other_province", "外省"
	}
	answerSchool(r, a, child.age(at))
	answerParents(r, a, h, child, at)
	a["categories"], a["child_screen"] = category(r, a, h), screened(r, a)
	if a["child_screen"] == "none" { // the number of its document is not asked
		delete(a, "child_id_type")
		delete(a, "child_id_number")
	}
	return a
}

// screened is what the first screen says of a child: those of whom it says nothing are asked no more.
func screened(r *rand.Rand, a map[string]string) string {
	switch x := r.IntN(10); {
	case a["father_situation"] != "caring" || a["mother_situation"] != "caring":
		return "not_with_parents"
	case a["school_status"] == "dropped_out":
		return "school"
	case x < 4:
		return "none"
	case x < 6:
		return "illness"
	}
	return "care"
}

// parentsOnce answers for the household what holds for its first child, and for another child only what differs.
func parentsOnce(a map[string]string, children []Given) {
	first := children[0].Answers
	father, mother := first["father_situation"], first["mother_situation"]
	a["parents_care"] = "both"
	for _, child := range children {
		own := child.Answers
		if own["father_situation"] != "caring" || own["mother_situation"] != "caring" {
			a["parents_care"], a["family_father"], a["family_mother"] = "other", father, mother
		}
		own["child_parents_differ"] = "yes"
		if own["father_situation"] == father && own["mother_situation"] == mother {
			own["child_parents_differ"] = "no"
		}
	}
}

// answerSchool puts a child where most of its age are; one of school age in two hundred is out of school.
func answerSchool(r *rand.Rand, a map[string]string, age int) {
	status, grade := "senior", age-14
	switch {
	case age < 3:
		status = "too_young"
	case age < 6:
		status = "kindergarten"
	case r.IntN(200) == 0:
		status = "dropped_out"
	case age < 12:
		status, grade = "primary", age-5
	case age < 15:
		status, grade = "junior", age-11
	case r.IntN(3) == 0:
		status = "vocational"
	}
	a["school_status"], a["risk_out_of_school"] = status, "no"
	if status == "dropped_out" {
		a["risk_out_of_school"] = "yes"
	}
	if age >= 6 {
		a["school_grade"] = strconv.Itoa(grade)
	}
}

// answerParents says how it is with the parents; one who does not live here is away or, seldom, worse.
func answerParents(r *rand.Rand, a map[string]string, h Household, child Person, at time.Time) {
	var guardian *Person
	var together []string
	for _, role := range []struct{ key, sex string }{{"mother", "female"}, {"father", "male"}} {
		parent := parentOf(h, child, role.sex)
		if parent == nil {
			a[role.key+"_situation"] = absence(r)
			continue
		}
		a[role.key+"_situation"] = "caring"
		a["guardian_relation"], guardian = role.key, parent
		together = append(together, role.key)
	}
	if guardian == nil {
		guardian = &h.Persons[0]
		a["guardian_relation"] = "paternal_grandparent"
	}
	if child.Relation == "grandchild" || hasRelation(h, "parent") {
		together = append(together, "grandparents")
	}
	if len(together) > 0 {
		a["child_lives_with"] = strings.Join(together, " ")
	}
	a["guardian_name"], a["guardian_phone"] = guardian.Name, guardian.Phone
	a["guardian_age"] = strconv.Itoa(guardian.age(at))
}

// category is what the facts say, else now and then a hardship that they do not show.
func category(r *rand.Rand, a map[string]string, h Household) string {
	away := func(role string) bool { return a[role+"_situation"] == "working_away" }
	switch x := r.IntN(100); {
	case away("father") && away("mother"):
		return "left_behind"
	case x < 2:
		return "poor_family"
	case x < 3:
		return "guardianship_improper"
	case h.Migrant:
		return "migrant"
	}
	return "none"
}

// parentOf finds the parent of that sex who lives in the household.
func parentOf(h Household, child Person, sex string) *Person {
	if child.Relation != "child" {
		return nil
	}
	for i := range h.Persons {
		if p := &h.Persons[i]; p.Sex == sex && (p.Relation == "head" || p.Relation == "spouse") {
			return p
		}
	}
	return nil
}

func hasRelation(h Household, relation string) bool {
	for _, p := range h.Persons {
		if p.Relation == relation {
			return true
		}
	}
	return false
}

func absence(r *rand.Rand) string {
	switch x := r.IntN(100); {
	case x < 60:
		return "working_away"
	case x < 85:
		return "divorced_contact"
	case x < 92:
		return "divorced_no_duty"
	case x < 96:
		return "dead"
	}
	return "out_of_contact"
}
