package console

import (
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/instrument"
	"doorstep/internal/survey"
)

// FormCount is how many records of a form wait.
type FormCount struct {
	Form  string       `json:"form"`
	Title survey.Words `json:"title"`
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
		of := FormCount{Form: in.Form.ID, Title: FormTitle(in)}
		counts, err := inStates(db, table, actor.Ranges(area))
		if err != nil {
			return all, err
		}
		for i, state := range states {
			sum := all.ByState[state]
			sum.add(counts[i])
			all.ByState[state] = sum
			if i < len(collections.Undecided) {
				of.add(counts[i])
			}
		}
		all.ByForm = append(all.ByForm, of)
	}
	return all, nil
}

// FormTitle returns the title of a form in both languages.
func FormTitle(in *instrument.Instrument) survey.Words { return in.Form.Titles.Words() }

// inStates counts the records of a table in each of the states. What lies in a street is gone through once; of a larger place each
// state is counted along an index, no further than anybody is told.
func inStates(db collections.DB, table string, ranges []territory.Range) (sums []Count, err error) {
	sums = make([]Count, len(states))
	for _, r := range ranges {
		if len(r.Lo) >= collections.StreetDigits {
			if err := countStreet(db, table, r, sums); err != nil {
				return nil, err
			}
			continue
		}
		for i, state := range states {
			if sums[i].More {
				continue
			}
			where, args := `review_state=?`, []any{state}
			if len(r.Lo) >= collections.DistrictDigits {
				where, args = collections.DistrictOf("area")+`=? AND `+where, []any{r.Lo[:collections.DistrictDigits], state}
			}
			c, err := count(db, `SELECT 1 FROM "`+table+`" WHERE `+where+` AND +area>=? AND +area<?`, append(args, r.Lo, r.Hi)...)
			if err != nil {
				return nil, err
			}
			sums[i].add(c)
		}
	}
	return sums, nil
}

// countStreet adds the records of a street, or of a part of one, to the sums of their states.
func countStreet(db collections.DB, table string, r territory.Range, sums []Count) error {
	found, into, query := make([]Count, len(states)), make([]any, len(states)), `SELECT `
	for i, state := range states {
		into[i] = &found[i].N
		query += `COALESCE(SUM(review_state='` + state + `'),0), `
	}
	_, err := collections.One(db, strings.TrimSuffix(query, `, `)+` FROM "`+table+`" WHERE area>=? AND area<?`, []any{r.Lo, r.Hi}, into...)
	for i, c := range found {
		sums[i].add(c)
	}
	return err
}
