package demo

import (
	"maps"
	"math/rand/v2"
	"strconv"
)

// Again is a child of an earlier visit as somebody else writes it down: under a name that sounds the same, with the same
// number. ok is false for a child without a number, or whose name has no homophone.
func Again(r *rand.Rand, child map[string]string) (again map[string]string, ok bool) {
	again = maps.Clone(child)
	kind, number := again["child_id_type"], again["child_id_number"]
	if number == "" || mishear(r, again, "child_") == "" {
		return nil, false
	}
	again["child_id_type"], again["child_id_number"] = kind, number
	return again, true
}

// TakeIn adds a child, whose truth is the person, to those of a visit.
func (rec *Record) TakeIn(child map[string]string, person string) {
	rec.Persons = append(rec.Persons, person)
	rec.Given.Repeats["children"] = append(rec.Given.Repeats["children"], Given{Answers: maps.Clone(child)})
	rec.Given.Answers["children_count"] = strconv.Itoa(len(rec.Persons))
}
