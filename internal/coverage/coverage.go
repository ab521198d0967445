package coverage

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/grid"
)

// Area is how far one area is. Counts are of households; one that was visited twice counts once.
type Area struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	Expected    int64  `json:"expected"`
	Visited     int64  `json:"visited"`     // somebody went there, whatever came of it
	Completed   int64  `json:"completed"`   // with a complete or partial interview
	Outstanding int64  `json:"outstanding"` // expected and not visited yet; 0 when more were visited than expected
	Returned    int64  `json:"returned"`    // records that wait for a correction
	Approved    int64  `json:"approved"`    // records
}

// Report lists the areas of a level that lie within the ranges, in order of their codes; the range from "" to "~" is
// everywhere. An area without an expected number of its own gets the sum of those below it. Rejected records do not count.
func Report(db collections.DB, known *grid.Index, ranges []territory.Range, level string) ([]Area, error) {
	var all []Area
	for a, expected := range known.Within(ranges, grid.Level(level)) {
		all = append(all, Area{Code: a.Code, Name: a.Name, Expected: expected})
	}
	if err := counted(db, ranges, level, all); err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Outstanding = max(0, all[i].Expected-all[i].Visited)
	}
	return all, nil
}

// counted adds what the database keeps for the areas of a level, which are in order of their codes.
func counted(db collections.DB, ranges []territory.Range, level string, all []Area) error {
	depth := slices.Index(levels, grid.Level(level))
	for _, r := range ranges {
		at, _ := slices.BinarySearchFunc(all, r.Lo, func(a Area, code string) int { return strings.Compare(a.Code, code) })
		left := all[at:]
		err := collections.Each(db, `SELECT area, visited, completed, returned, approved FROM coverage_areas
			WHERE level=? AND area>=? AND area<? ORDER BY area`, []any{depth, r.Lo, r.Hi}, func(rows *sql.Rows) error {
			var n Area
			if err := rows.Scan(&n.Code, &n.Visited, &n.Completed, &n.Returned, &n.Approved); err != nil {
				return err
			}
			for len(left) > 0 && left[0].Code < n.Code {
				left = left[1:]
			}
			if len(left) > 0 && left[0].Code == n.Code {
				a := &left[0]
				a.Visited, a.Completed, a.Returned, a.Approved = n.Visited, n.Completed, n.Returned, n.Approved
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("counts of areas: %w", err)
		}
	}
	return nil
}

// levels are those of coverage_areas, by their numbers.
var levels = []grid.Level{grid.City, grid.District, grid.Street, grid.Community, grid.Grid}

// Worker is what one worker has brought from some areas, in records.
type Worker struct {
	ID         string `json:"worker"`
	Name       string `json:"worker_name"`
	StaffNo    string `json:"staff_no"`
	Visits     int64  `json:"visits"`
	Interviews int64  `json:"interviews"`
	Returned   int64  `json:"returned"`
	Approved   int64  `json:"approved"`
}

// Sum adds up a list.
func Sum(all []Area) (sum Area) {
	for _, a := range all {
		sum.Expected += a.Expected
		sum.Visited += a.Visited
		sum.Completed += a.Completed
		sum.Outstanding += a.Outstanding
		sum.Returned += a.Returned
		sum.Approved += a.Approved
	}
	return sum
}

// Workers lists the workers who have records within the ranges, in no order and without their names, which Name adds.
func Workers(db collections.DB, ranges []territory.Range) ([]Worker, error) {
	at := map[string]int{}
	var all []Worker
	for _, r := range ranges {
		err := collections.Each(db, `SELECT worker, visits, interviews, returned, approved FROM coverage_work
			WHERE area>=? AND area<?`, []any{r.Lo, r.Hi}, func(rows *sql.Rows) error {
			var w Worker
			if err := rows.Scan(&w.ID, &w.Visits, &w.Interviews, &w.Returned, &w.Approved); err != nil {
				return err
			}
			i, known := at[w.ID]
			if !known {
				at[w.ID] = len(all)
				all = append(all, w)
				return nil
			}
			n := &all[i]
			n.Visits, n.Interviews, n.Returned, n.Approved = n.Visits+w.Visits, n.Interviews+w.Interviews, n.Returned+w.Returned,
				n.Approved+w.Approved
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("work: %w", err)
		}
	}
	return all, nil
}

// Name looks up the names and staff numbers of workers; one who is not there has none.
func Name(db collections.DB, all []Worker) error {
	at := map[string]*Worker{}
	for i := range all {
		at[all[i].ID] = &all[i]
	}
	query := `SELECT w.id, w.name, w.staff_no FROM json_each(?) CROSS JOIN workers w ON w.id=json_each.value`
	return collections.Each(db, query, []any{collections.JSONList(slices.Sorted(maps.Keys(at)))}, func(rows *sql.Rows) error {
		var id, name, staffNo string
		err := rows.Scan(&id, &name, &staffNo)
		if w := at[id]; w != nil {
			w.Name, w.StaffNo = name, staffNo
		}
		return err
	})
}
