package demo

import (
	"math/rand/v2"
	"strconv"
)

// answerElder adds the facts about an older person that follow from who lives in the household.
func answerElder(r *rand.Rand, a map[string]string, h Household, p Person, known bool) {
	a["person_id"], a["person_looked"] = idWhen(known, p.ID), lookedFor(known)
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
		a["emergency_name"] = NewName(r, other(p.Sex), 1975).Full()
		a["emergency_phone"] = phone(r.IntN(phonesOfGrids))
		return
	}
	a["emergency_name"], a["emergency_phone"] = contact.Name, contact.Phone
}

// doors are what was met where nobody was interviewed, by outcome: contact, eligible, availability.
var doors = map[string][3]string{
	"2.111": {"family_met", "refused"}, "2.21": {"no_access"}, "2.22": {"nobody"}, "2.23": {"family_met", "yes", "away"},
	"3.18": {"not_found"}, "4.61": {"vacant"}, "4.70": {"family_met", "no"},
}

// answerDoor adds what led to the outcome: who was met, the screening, and the consent.
func answerDoor(r *rand.Rand, a map[string]string) {
	if !interviewed(a["outcome"]) {
		met := doors[a["outcome"]]
		a["contact"], a["eligible"], a["availability"] = met[0], met[1], met[2]
		return
	}
	a["contact"], a["eligible"], a["capacity"], a["informant"] = "elder_met", "yes", "yes", "self"
	a["consent"] = [...]string{"written", "written", "oral"}[r.IntN(3)]
	a["consent_parts"] = [...]string{"sensitive referral linkage", "sensitive referral linkage photo", "sensitive linkage"}[r.IntN(3)]
	a["interview_end"] = "finished"
	if a["outcome"] == "1.2" {
		a["interview_end"] = "partial"
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
	case len(h.Persons) > 1:
		return "relatives"
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
