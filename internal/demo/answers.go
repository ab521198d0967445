package demo

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Record is one filled-in form to come: what its answers are known to be, and the truth about whom it describes.
type Record struct {
	Form      string // child_visit, elderly_baseline
	Given     Given
	Household string    // id of the household visited
	Persons   []string  // ids of the people described, in the order of the form
	Planted   []Planted // mistakes made on purpose

	lon, lat, accuracy float64
}

// ChildVisit is a visit of the children's sweep to a household, at a time, as its tablet would know it: with the ids of
// the household and its people when known, without them when the tablet has not got them. One visit in six finds
// nobody, a refusal or no such address.
func (c *City) ChildVisit(r *rand.Rand, h Household, at time.Time, known bool) Record {
	rec := newRecord(r, "child_visit", h)
	children, elders := h.Children(at), h.Elders(at)
	a := rec.Given.Answers
	a["outcome"] = outcome(r)
	if len(children) == 0 && interviewed(a["outcome"]) {
		a["outcome"] = "4.70"
	}
	a["contact_result"] = atTheDoor[a["outcome"]]
	answerHousehold(a, h, len(elders), known)
	a["children_count"] = strconv.Itoa(len(children))
	a["registered_place"] = "外省"
	a["migrant_status"] = "local"
	if h.Migrant {
		a["migrant_status"] = "migrant_other_province"
	}
	informant := h.Persons[0]
	a["informant"], a["informant_phone"] = informant.Name, informant.Phone
	a["informant_relation"] = informantRelation(informant)
	if !interviewed(a["outcome"]) {
		return rec
	}
	for _, child := range children {
		rec.Persons = append(rec.Persons, child.ID)
		rec.Given.Repeats["children"] = append(rec.Given.Repeats["children"], Given{Answers: childAnswers(r, h, child, at, known)})
	}
	parentsOnce(a, rec.Given.Repeats["children"])
	return rec
}

// atTheDoor is what the worker met where a visit ended so.
var atTheDoor = map[string]string{"1.1": "met", "1.2": "met", "2.111": "refused", "2.21": "no_entry", "2.22": "nobody", "2.23": "away",
	"3.18": "not_found", "4.61": "vacant", "4.70": "no_child"}

// ElderSurvey is the baseline interview of an older person of a household.
func (c *City) ElderSurvey(r *rand.Rand, h Household, p Person, at time.Time, known bool) Record {
	rec := newRecord(r, "elderly_baseline", h)
	a := rec.Given.Answers
	a["outcome"] = outcome(r)
	answerHousehold(a, h, len(h.Elders(at)), known)
	answerDoor(r, a)
	if interviewed(a["outcome"]) {
		rec.Persons = []string{p.ID}
		answerElder(r, a, h, p, known)
	}
	return rec
}

func newRecord(r *rand.Rand, form string, h Household) Record {
	rec := Record{Form: form, Household: h.ID, lon: h.Lon, lat: h.Lat, accuracy: 4 + 16*r.Float64()*r.Float64()}
	rec.Given = Given{Answers: map[string]string{}, Repeats: map[string][]Given{}}
	rec.Given.Answers["location"] = geopoint(rec.lon, rec.lat, rec.accuracy)
	rec.Given.Answers["contact_method"] = "household_visit"
	return rec
}

// outcome draws an AAPOR disposition: five visits in six end with an interview.
func outcome(r *rand.Rand) string {
	x := r.IntN(1000)
	for _, o := range []struct {
		upTo int
		code string
	}{{810, "1.1"}, {835, "1.2"}, {855, "2.111"}, {945, "2.22"}, {970, "2.23"}, {975, "3.18"}, {990, "4.61"}} {
		if x < o.upTo {
			return o.code
		}
	}
	return "2.21"
}

func interviewed(outcome string) bool { return outcome == "1.1" || outcome == "1.2" }

func answerHousehold(a map[string]string, h Household, elders int, known bool) {
	a["address"], a["house_code"] = h.Address, h.HouseCode
	a["head_name"], a["household_phone"] = h.Head, h.Phone
	a["residents"], a["elderly_count"] = strconv.Itoa(len(h.Persons)), strconv.Itoa(elders)
	a["household_id"], a["household_listed"] = idWhen(known, h.ID), "new"
	if known {
		a["household_listed"] = "listed"
	}
}

// idWhen is empty for what the tablet does not know.
func idWhen(known bool, id string) string {
	if known {
		return id
	}
	return ""
}

// lookedFor is how somebody was looked for who is not in the list.
func lookedFor(known bool) string {
	if known {
		return ""
	}
	return "searched"
}

func informantRelation(p Person) string {
	switch {
	case p.BirthDate < "1970":
		return "grandparent"
	case p.Sex == "female":
		return "mother"
	}
	return "father"
}
