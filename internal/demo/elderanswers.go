package demo

import (
	"math/rand/v2"
	"strconv"
)

// answerElder adds the facts about an older person that follow from who lives in the household.
func answerElder(r *rand.Rand, a map[string]string, h Household, p Person, known bool) {
	a["person_id"] = idWhen(known, p.ID)
	a["elder_name"], a["elder_sex"], a["elder_birth_date"] = p.Name, p.Sex, p.BirthDate
	a["elder_id_type"], a["elder_id_number"], a["elder_phone"] = p.IDType, p.IDNumber, p.Phone
	a["elder_ethnicity"], a["elder_registration"] = p.Ethnicity, "local"
	if h.Migrant {
		a["elder_registration"], a["elder_registration_place"] = "other_province", "外省"
	}
	children := 1 + r.IntN(4)
	a["children_alive"] = strconv.Itoa(children)
	spouse := spouseOf(h, p)
	a["marriage"] = "widowed"
	if spouse != nil {
		a["marriage"] = "married"
	}
	a["living_arrangement"] = living(h, p, spouse)
	contact := emergencyContact(h, p)
	if contact == nil {
		a["emergency_name"] = newName(r, other(p.Sex), 1975).Full()
		a["emergency_phone"], a["emergency_relation"] = phone(r.IntN(phonesOfGrids)), "child"
		return
	}
	a["emergency_name"], a["emergency_phone"], a["emergency_relation"] = contact.Name, contact.Phone, "child"
	if contact == spouse {
		a["emergency_relation"] = "spouse"
	}
}

// spouseOf finds the other one of the pair that p belongs to: the head and spouse, or the head's parents.
func spouseOf(h Household, p Person) *Person {
	pair := map[string]string{"head": "spouse", "spouse": "head", "parent": "parent"}
	for i := range h.Persons {
		if q := &h.Persons[i]; q.ID != p.ID && q.Relation == pair[p.Relation] {
			return q
		}
	}
	return nil
}

func living(h Household, p Person, spouse *Person) string {
	young, grandchildren := 0, 0
	for _, q := range h.Persons {
		switch {
		case p.Relation == "parent" && q.Relation == "head", p.Relation != "parent" && q.Relation == "child":
			young++
		case q.Relation == "grandchild":
			grandchildren++
		}
	}
	switch {
	case young > 0 && spouse != nil:
		return "spouse_children"
	case young > 0:
		return "children"
	case grandchildren > 0:
		return "grandchildren"
	case spouse != nil:
		return "spouse"
	}
	return "alone"
}

// emergencyContact is the youngest adult generation of the household, else the spouse.
func emergencyContact(h Household, p Person) *Person {
	if p.Relation == "parent" {
		return &h.Persons[0]
	}
	return spouseOf(h, p)
}
