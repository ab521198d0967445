package identity

import (
	"slices"
	"time"

	"doorstep/collections"
)

// Difference is one column of a person or household, as it is known and as a record says it.
type Difference struct{ Column, Before, After string }

// personColumn is a column of a person in memory.
type personColumn struct {
	column      string
	known, said *string
	identifies  bool // it tells who this is, or where: a visit only proposes another value
}

func columnsOf(known, said *Person) []personColumn {
	return []personColumn{
		{"name", &known.Name, &said.Name, true}, {"sex", &known.Sex, &said.Sex, true}, {"birth_date", &known.BirthDate, &said.BirthDate, true},
		{"id_type", &known.IDType, &said.IDType, true}, {"id_number", &known.IDNumber, &said.IDNumber, true},
		{"household", &known.Household, &said.Household, true},
		{"area", &known.Area, &said.Area, true}, {"phone", &known.Phone, &said.Phone, false},
		{"relation", &known.Relation, &said.Relation, false},
	}
}

// Differences are the columns in which two states of a person differ.
func Differences(before, after Person) (all []Difference) {
	for _, f := range columnsOf(&before, &after) {
		if *f.known != *f.said {
			all = append(all, Difference{f.column, *f.known, *f.said})
		}
	}
	return all
}

// sift tells what a record changes at once, and what it proposes. A record that brought the row itself changes it all.
func sift(columns []personColumn, made bool) (changed, proposed []Difference) {
	for _, f := range columns {
		if *f.said == "" || *f.said == *f.known {
			continue
		}
		one := Difference{f.column, *f.known, *f.said}
		if f.identifies && !made {
			proposed = append(proposed, one)
		} else {
			changed = append(changed, one)
		}
	}
	return changed, proposed
}

// tell brings what a record says into a known person: what changes in life at once, the rest as proposals. Somebody out
// of reach, to whom only a merge that both sides decided has led, stays as they are.
func tell(db collections.DB, found Found, said Person, reach Reach, now time.Time) (Found, error) {
	known := found.Against
	if found.Rev = known.Rev; known.Damaged || !reach.Holds(known.ID, known.Area, known.Source) { // a damaged row waits to be mended
		return found, nil
	}
	if known.Household != "" && (said.Household == known.Household || said.Household == "") {
		said.Area = "" // who stays in the household lies where it lies
	}
	found.Changed, found.Proposed = sift(columnsOf(&known, &said), reach.Made(known.ID, known.Area, known.Source))
	if reach.Blanks {
		blank := func(f Difference) bool { return f.Before == "" }
		found.Proposed = append(found.Proposed, slices.DeleteFunc(slices.Clone(found.Changed), blank)...)
		found.Changed = slices.DeleteFunc(found.Changed, func(f Difference) bool { return !blank(f) })
	}
	met := said.LastRecord != "" && said.LastRecord != known.LastRecord
	if len(found.Changed) == 0 && !met {
		return found, nil
	}
	next := found.Against
	if met {
		next.LastRecord = said.LastRecord
	}
	next.set(found.Changed, said.IDKey)
	var err error
	found.Rev, err = savePerson(db, found.Against, next, now)
	return found, err
}

// set writes differences into the row in memory; idKey goes with a changed number.
func (p *Person) set(all []Difference, idKey string) {
	for _, f := range all {
		for _, own := range columnsOf(p, p) {
			if own.column == f.Column {
				*own.known = f.After
			}
		}
		switch f.Column {
		case "name":
			p.NameKey = NameKey(f.After)
		case "id_number":
			p.IDKey = idKey
		}
	}
}

// savePerson writes a changed person and tells the tablets; it returns the new revision.
func savePerson(db collections.DB, known, next Person, now time.Time) (int64, error) {
	row := append(next.row(), collections.Field{Column: "rev", Value: known.Rev + 1},
		collections.Field{Column: "updated", Value: collections.Stamp(now)})
	if err := collections.UpdateFrom(db, collections.Persons, known.ID, known.row(), row); err != nil {
		return 0, err
	}
	if err := blockAgain(db, known, next); err != nil {
		return 0, err
	}
	return known.Rev + 1, collections.Moved(db, collections.RevisionOf(collections.Persons, known.ID, known.Rev+1), known.Area, next.Area, now)
}
