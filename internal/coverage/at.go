package coverage

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/grid"
)

// Past says under the areas of which moment something is counted.
type Past struct {
	At         string   // as collections.Stamp writes it
	Tables     []string // of records
	Interviews collections.Interviews
}

// ReportAt counts what is there now as Report does, under the areas that there were at a moment: a record that lies in an area that has
// changed since counts where it lay, or would have lain. It costs Report, and the records of the areas that have changed.
func ReportAt(db collections.DB, ranges []territory.Range, level string, p Past) ([]Area, error) {
	all, err := areasAt(db, ranges, level, p.At)
	if err != nil {
		return nil, fmt.Errorf("areas at %s: %w", p.At, err)
	}
	b := back{db: db, Past: p, find: index(all), lay: map[string]string{}, homes: map[string]bool{}}
	if err := counted(db, ranges, level, all); err != nil {
		return nil, err
	}
	if err := b.count(ranges); err != nil {
		return nil, fmt.Errorf("records that lay elsewhere: %w", err)
	}
	for i := range all {
		all[i].Outstanding = max(0, all[i].Expected-all[i].Visited)
	}
	return all, nil
}

// areasAt are the areas of a level at a moment, with what is expected of them; one without a number of its own gets the sum of those
// below it.
func areasAt(db collections.DB, ranges []territory.Range, level, at string) ([]Area, error) {
	h := households{map[string]int64{}, map[string][]string{}}
	var all []Area
	take := func(rows *sql.Rows) error {
		var a Area
		var parent, of string
		if err := rows.Scan(&a.Code, &a.Name, &of, &parent, &a.Expected); err != nil {
			return err
		}
		h.add(a.Code, parent, a.Expected)
		if of == level {
			all = append(all, a)
		}
		return nil
	}
	where, args := territory.Within("code", ranges)
	for _, query := range []string{
		`SELECT code, name, level, parent, expected_households FROM areas WHERE ` + where +
			` AND active AND created<=? AND NOT EXISTS (SELECT 1 FROM area_revisions r WHERE r.code=areas.code AND r.valid_to>?)`,
		`SELECT code, name, level, parent, expected_households FROM area_revisions WHERE ` + where +
			` AND kind!='unused' AND valid_from<=? AND valid_to>?`,
	} {
		if err := collections.Each(db, query, append(slices.Clone(args), at, at), take); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Area) int { return cmp.Compare(a.Code, b.Code) })
	for i := range all {
		all[i].Expected = h.of(all[i].Code)
	}
	return all, nil
}

// back takes records out of the areas where they lie, and counts them where they lay.
type back struct {
	Past
	db    collections.DB
	find  func(string) *Area
	lay   map[string]string // by record: where it lay, of those that lay elsewhere
	homes map[string]bool   // whose records these are
}

func (b *back) count(ranges []territory.Range) error {
	past, err := grid.PastAt(b.db, b.At)
	if err != nil {
		return err
	}
	areas, err := past.Moved(b.db, ranges)
	if err != nil {
		return err
	}
	for _, area := range areas {
		for _, table := range b.Tables {
			if err := b.records(past, table, area); err != nil {
				return err
			}
		}
	}
	for household := range b.homes {
		if err := b.home(household); err != nil {
			return err
		}
	}
	return nil
}

// records finds where the records of an area lay. Those of households are counted with them, by home.
func (b *back) records(past *grid.Past, table, area string) error {
	const from = `COALESCE((SELECT v.area_from FROM area_moves v WHERE v.record=m.id AND v.moved>? AND v.job!='' ORDER BY v.moved LIMIT 1),'')`
	query := `SELECT m.id, m.area, m.received_at, ` + from + `, m.location, m.sealed, m.accuracy_m, m.household, m.review_state
		FROM "` + table + `" m WHERE m.area=? AND m.review_state!='rejected'`
	return collections.Each(b.db, query, []any{b.At, area}, func(rows *sql.Rows) error {
		l := grid.Lying{Table: table}
		var household, state string
		if err := rows.Scan(&l.ID, &l.Area, &l.Received, &l.From, &l.Location, &l.Sealed, &l.AccuracyM, &household, &state); err != nil {
			return err
		}
		lay, err := past.Lay(b.db, l)
		if err != nil || lay == l.Area {
			return err
		}
		if b.lay[l.ID] = lay; household != "" {
			b.homes[household] = true
		}
		b.state(b.find(l.Area), state, -1)
		b.state(b.find(lay), state, 1)
		return nil
	})
}

func (b *back) state(a *Area, state string, n int64) {
	switch {
	case a == nil:
	case state == "returned":
		a.Returned += n
	case state == "approved":
		a.Approved += n
	}
}

// home counts a household where its records lay instead of where they lie: once in each area, however often it was visited.
func (b *back) home(household string) error {
	lay, lies := map[*Area]bool{}, map[*Area]bool{} // whether there was an interview
	note := func(in map[*Area]bool, area string, interview bool) {
		if a := b.find(area); a != nil {
			in[a] = in[a] || interview
		}
	}
	for _, table := range b.Tables {
		query := `SELECT id, area, COALESCE(` + b.Interviews.Of(table) + `,0) FROM "` + table + `" WHERE household=? AND review_state!='rejected'`
		err := collections.Each(b.db, query, []any{household}, func(rows *sql.Rows) error {
			var id, area string
			var interview bool
			err := rows.Scan(&id, &area, &interview)
			note(lies, area, interview)
			note(lay, cmp.Or(b.lay[id], area), interview)
			return err
		})
		if err != nil {
			return err
		}
	}
	for a, interview := range lies {
		a.Visited, a.Completed = a.Visited-1, a.Completed-one(interview)
	}
	for a, interview := range lay {
		a.Visited, a.Completed = a.Visited+1, a.Completed+one(interview)
	}
	return nil
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// index finds the listed area that a code lies in, or nil.
func index(all []Area) func(code string) *Area {
	byCode := make(map[string]*Area, len(all))
	for i := range all {
		byCode[all[i].Code] = &all[i]
	}
	return func(code string) *Area {
		for end := len(code); end > 0; end-- {
			if a := byCode[code[:end]]; a != nil {
				return a
			}
		}
		return nil
	}
}

// households are the expected numbers as they were entered, by area code, with the codes directly below each.
type households struct {
	own   map[string]int64
	below map[string][]string
}

func (h households) add(code, parent string, n int64) {
	h.own[code] = n
	if len(parent) < len(code) { // so that a mistake in the table cannot make a circle
		h.below[parent] = append(h.below[parent], code)
	}
}

func (h households) of(code string) int64 {
	if n := h.own[code]; n > 0 {
		return n
	}
	var sum int64
	for _, c := range h.below[code] {
		sum += h.of(c)
	}
	return sum
}
