package coverage

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
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
func Report(db collections.DB, ranges []territory.Range, level string) ([]Area, error) {
	all, err := areas(db, ranges, level)
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	at := index(all)
	if err := counted(db, ranges, at); err != nil {
		return nil, fmt.Errorf("visits: %w", err)
	}
	if err := once(db, ranges, at); err != nil {
		return nil, fmt.Errorf("households of several areas: %w", err)
	}
	for i := range all {
		all[i].Outstanding = max(0, all[i].Expected-all[i].Visited)
	}
	return all, nil
}

func areas(db collections.DB, ranges []territory.Range, level string) ([]Area, error) {
	where, args := territory.Within("code", ranges)
	expected, err := expectations(db, where, args)
	if err != nil {
		return nil, err
	}
	var all []Area
	err = collections.Each(db, `SELECT code, name FROM areas
		WHERE +level=? AND active AND `+where+` ORDER BY code`, append([]any{level}, args...), func(rows *sql.Rows) error {
		var a Area
		if err := rows.Scan(&a.Code, &a.Name); err != nil {
			return err
		}
		a.Expected = expected.of(a.Code)
		all = append(all, a)
		return nil
	})
	return all, err
}

// counted sums up what the database keeps for the finest areas.
func counted(db collections.DB, ranges []territory.Range, at func(string) *Area) error {
	for _, r := range ranges {
		for _, query := range []string{
			`SELECT area, visited, completed, 0, 0 FROM coverage_areas WHERE area>=? AND area<?`,
			`SELECT area, 0, 0, returned, approved FROM coverage_work WHERE area>=? AND area<?`,
		} {
			err := collections.Each(db, query, []any{r.Lo, r.Hi}, func(rows *sql.Rows) error {
				var area string
				var n Area
				if err := rows.Scan(&area, &n.Visited, &n.Completed, &n.Returned, &n.Approved); err != nil {
					return err
				}
				if a := at(area); a != nil {
					a.Visited, a.Completed, a.Returned, a.Approved = a.Visited+n.Visited, a.Completed+n.Completed, a.Returned+n.Returned,
						a.Approved+n.Approved
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// once lets a household that was visited in several areas count once in what holds them. The database keeps such households apart.
func once(db collections.DB, ranges []territory.Range, at func(string) *Area) error {
	type one struct {
		area      *Area
		household string
	}
	met, interviewed := map[one]bool{}, map[one]bool{}
	for _, r := range ranges {
		err := collections.Each(db, `SELECT t.household, t.area, (SELECT c.interviews>0 FROM coverage_cases c
			WHERE c.household=t.household AND c.area=t.area) FROM coverage_twice t
			WHERE t.area>=? AND t.area<?`, []any{r.Lo, r.Hi}, func(rows *sql.Rows) error {
			var household, area string
			var interview bool
			if err := rows.Scan(&household, &area, &interview); err != nil {
				return err
			}
			a := at(area)
			if a == nil {
				return nil
			}
			k := one{a, household}
			if met[k] {
				a.Visited--
			}
			if interview && interviewed[k] {
				a.Completed--
			}
			met[k], interviewed[k] = true, interviewed[k] || interview
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
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

func expectations(db collections.DB, where string, args []any) (households, error) {
	h := households{map[string]int64{}, map[string][]string{}}
	err := collections.Each(db, `SELECT code, parent, expected_households FROM areas
		WHERE active AND `+where, args, func(rows *sql.Rows) error {
		var code, parent string
		var n int64
		if err := rows.Scan(&code, &parent, &n); err != nil {
			return err
		}
		h.add(code, parent, n)
		return nil
	})
	return h, err
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

// Workers lists who has records within the ranges, whoever has most visits first.
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
