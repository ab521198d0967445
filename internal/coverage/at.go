package coverage

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// Past says under the boundaries of which moment something is counted.
type Past struct {
	At         time.Time
	Tables     []string // of records
	Interviews collections.Interviews
}

// ReportAt counts what is there now as Report does, under the areas that there were at a moment: a record that has been put into another
// area since counts where it lay then. It costs Report, and what has moved since.
func ReportAt(db collections.DB, ranges []territory.Range, level string, p Past) ([]Area, error) {
	at := collections.Stamp(p.At)
	all, err := areasAt(db, ranges, level, at)
	if err != nil {
		return nil, fmt.Errorf("areas at %s: %w", at, err)
	}
	find := index(all)
	if err := counted(db, ranges, find); err != nil {
		return nil, fmt.Errorf("visits: %w", err)
	}
	if err := once(db, ranges, find); err != nil {
		return nil, fmt.Errorf("households of several areas: %w", err)
	}
	if err := p.back(db, at, find); err != nil {
		return nil, fmt.Errorf("records that moved: %w", err)
	}
	for i := range all {
		all[i].Outstanding = max(0, all[i].Expected-all[i].Visited)
	}
	return all, nil
}

// areasAt are the areas of a level at a moment, with what was expected of them; one without a number of its own gets the sum of those
// below it.
func areasAt(db collections.DB, ranges []territory.Range, level, at string) ([]Area, error) {
	h := households{map[string]int64{}, map[string][]string{}}
	var all []Area
	where, args := territory.Within("code", ranges)
	take := func(rows *sql.Rows) error {
		var a Area
		var parent, of string
		if err := rows.Scan(&a.Code, &a.Name, &of, &parent, &a.Expected); err != nil {
			return err
		}
		h.own[a.Code] = a.Expected
		if len(parent) < len(a.Code) {
			h.below[parent] = append(h.below[parent], a.Code)
		}
		if of == level {
			all = append(all, a)
		}
		return nil
	}
	for query, more := range map[string][]any{
		`SELECT code, name, level, parent, expected_households FROM areas WHERE ` + where +
			` AND active AND created<=? AND NOT EXISTS (SELECT 1 FROM area_revisions r WHERE r.code=areas.code AND r.valid_to>?)`: {at, at},
		`SELECT code, name, level, parent, expected_households FROM area_revisions WHERE ` + where +
			` AND kind!='unused' AND valid_from<=? AND valid_to>?`: {at, at},
	} {
		if err := collections.Each(db, query, append(slices.Clone(args), more...), take); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Area) int { return cmp.Compare(a.Code, b.Code) })
	for i := range all {
		all[i].Expected = h.of(all[i].Code)
	}
	return all, nil
}

// lying is a record of a household that has moved, with where it lay and where it lies.
type lying struct {
	household, then, now string
	returned, approved   bool
}

// back takes the records that have moved since out of the areas where they lie, and counts them where they lay.
func (p Past) back(db collections.DB, at string, find func(string) *Area) error {
	homes := map[string]bool{}
	for _, table := range p.Tables {
		moved, err := p.moved(db, table, at)
		if err != nil {
			return err
		}
		for _, m := range moved {
			if homes[m.household] = true; m.then == m.now {
				continue
			}
			if a := find(m.now); a != nil {
				a.Returned, a.Approved = a.Returned-one(m.returned), a.Approved-one(m.approved)
			}
			if a := find(m.then); a != nil {
				a.Returned, a.Approved = a.Returned+one(m.returned), a.Approved+one(m.approved)
			}
		}
	}
	delete(homes, "")
	for household := range homes {
		if err := p.home(db, household, at, find); err != nil {
			return err
		}
	}
	return nil
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

// first is where a record lay at a moment: where its first move since came from.
const first = `COALESCE((SELECT mv.area_from FROM area_moves mv WHERE mv.record=m.id AND mv.moved>? ORDER BY mv.moved LIMIT 1),m.area)`

func (p Past) moved(db collections.DB, table, at string) ([]lying, error) {
	var all []lying
	seen := map[string]bool{}
	err := collections.Each(db, `SELECT m.id, m.household, `+first+`, m.area, m.review_state='returned', m.review_state='approved'
		FROM area_moves v JOIN "`+table+`" m ON m.id=v.record WHERE v.moved>? AND v.collection=? AND m.review_state!='rejected'`,
		[]any{at, at, table}, func(rows *sql.Rows) error {
			var l lying
			var id string
			err := rows.Scan(&id, &l.household, &l.then, &l.now, &l.returned, &l.approved)
			if !seen[id] {
				all = append(all, l)
			}
			seen[id] = true
			return err
		})
	return all, err
}

// home counts a household where its records lay instead of where they lie.
func (p Past) home(db collections.DB, household, at string, find func(string) *Area) error {
	then, now := map[*Area]bool{}, map[*Area]bool{} // whether there was an interview
	for _, table := range p.Tables {
		query := `SELECT ` + first + `, m.area, (SELECT ` + p.Interviews.Of(table) + ` FROM "` + table + `" o WHERE o.id=m.id) FROM "` + table +
			`" m WHERE m.household=? AND m.review_state!='rejected'`
		err := collections.Each(db, query, []any{at, household}, func(rows *sql.Rows) error {
			var lay, lies string
			var interview bool
			err := rows.Scan(&lay, &lies, &interview)
			if a := find(lay); a != nil {
				then[a] = then[a] || interview
			}
			if a := find(lies); a != nil {
				now[a] = now[a] || interview
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	for area, interview := range now {
		area.Visited, area.Completed = area.Visited-1, area.Completed-one(interview)
	}
	for area, interview := range then {
		area.Visited, area.Completed = area.Visited+1, area.Completed+one(interview)
	}
	return nil
}
