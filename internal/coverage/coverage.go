package coverage

import (
	"cmp"
	"database/sql"
	"fmt"
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

// Workers lists the workers who have records within the ranges, those with most visits first.
func Workers(db collections.DB, ranges []territory.Range) ([]Worker, error) {
	by := map[string]*Worker{}
	for _, r := range ranges {
		err := collections.Each(db, `SELECT worker, visits, interviews, returned, approved FROM coverage_work
			WHERE area>=? AND area<?`, []any{r.Lo, r.Hi}, func(rows *sql.Rows) error {
			var w Worker
			if err := rows.Scan(&w.ID, &w.Visits, &w.Interviews, &w.Returned, &w.Approved); err != nil {
				return err
			}
			if by[w.ID] == nil {
				by[w.ID] = &Worker{ID: w.ID}
			}
			n := by[w.ID]
			n.Visits, n.Interviews, n.Returned, n.Approved = n.Visits+w.Visits, n.Interviews+w.Interviews, n.Returned+w.Returned,
				n.Approved+w.Approved
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("work: %w", err)
		}
	}
	all := []Worker{}
	for _, w := range by {
		if _, err := collections.One(db, `SELECT name, staff_no FROM workers WHERE id=?`, []any{w.ID}, &w.Name, &w.StaffNo); err != nil {
			return nil, fmt.Errorf("worker %s: %w", w.ID, err)
		}
		all = append(all, *w)
	}
	slices.SortFunc(all, func(a, b Worker) int { return cmp.Or(cmp.Compare(b.Visits, a.Visits), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}
