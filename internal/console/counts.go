package console

import (
	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
)

// FormCount is how many records of a form wait.
type FormCount struct {
	Form  string `json:"form"`
	Title Text   `json:"title"`
	Count
}

// Counts are how many records there are in each state, and of each form how many wait.
type Counts struct {
	ByState map[string]Count `json:"by_state"`
	ByForm  []FormCount      `json:"by_form"`
}

// CountQueue counts the records of an area of the territory, or of all of it; of one form, or of all.
func CountQueue(db collections.DB, library *instrument.Library, actor access.Actor, form, area string) (Counts, error) {
	all := Counts{ByState: map[string]Count{}, ByForm: []FormCount{}}
	for _, state := range states {
		all.ByState[state] = Count{}
	}
	for _, table := range tablesOf(library, form) {
		in, ok := library.ByTable(table)
		if !ok {
			continue
		}
		of := FormCount{Form: in.Form.ID, Title: formTitle(in)}
		for i, state := range states {
			c, err := inState(db, table, state, actor.Ranges(area))
			if err != nil {
				return all, err
			}
			sum := all.ByState[state]
			sum.add(c)
			all.ByState[state] = sum
			if i < len(collections.Undecided) {
				of.add(c)
			}
		}
		all.ByForm = append(all.ByForm, of)
	}
	return all, nil
}

// formTitle is what a form is called; a title stands in one language.
func formTitle(in *instrument.Instrument) Text { return Text{in.Form.Title, in.Form.Title} }

// inState counts the records of a table in one state.
func inState(db collections.DB, table, state string, ranges []territory.Range) (sum Count, err error) {
	for _, r := range ranges {
		var c Count
		switch {
		case len(r.Lo) >= collections.StreetDigits:
			c, err = count(db, `SELECT 1 FROM "`+table+`" WHERE area>=? AND area<? AND +review_state=?`, r.Lo, r.Hi, state)
		case len(r.Lo) >= collections.DistrictDigits:
			c, err = count(db, `SELECT 1 FROM "`+table+`" WHERE `+collections.DistrictOf("area")+`=? AND review_state=? AND +area>=? AND +area<?`,
				r.Lo[:collections.DistrictDigits], state, r.Lo, r.Hi)
		default:
			c, err = count(db, `SELECT 1 FROM "`+table+`" WHERE review_state=? AND +area>=? AND +area<?`, state, r.Lo, r.Hi)
		}
		if err != nil {
			return sum, err
		}
		if sum.add(c); sum.More {
			break
		}
	}
	return sum, nil
}
