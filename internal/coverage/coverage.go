package coverage

import (
	"database/sql"
	"fmt"
	"strings"

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
}

// Report lists the areas of a level that lie within the ranges, in order of their codes; the range from "" to "~" is
// everywhere. An area without an expected number of its own gets the sum of those below it. Rejected records do not count.
func Report(db collections.DB, interviews collections.Interviews, ranges []territory.Range, level string) ([]Area, error) {
	all, err := areas(db, ranges, level)
	if err != nil {
		return nil, fmt.Errorf("areas: %w", err)
	}
	if err := visited(db, interviews, ranges, all); err != nil {
		return nil, fmt.Errorf("visits: %w", err)
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
	err = collections.Each(db, `SELECT code, name FROM areas WHERE +level=? AND `+where+` ORDER BY code`, append([]any{level}, args...), func(rows *sql.Rows) error {
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

// visited counts the households of each area. Visits come in the order of their areas, so that the households of one area at a
// time are in memory.
func visited(db collections.DB, interviews collections.Interviews, ranges []territory.Range, all []Area) error {
	tables, err := visitTables(db)
	if err != nil || len(tables) == 0 {
		return err
	}
	var current *Area
	reached := map[string]bool{} // households of the current area → with an interview
	count := func() {
		for _, interviewed := range reached {
			current.Visited++
			if interviewed {
				current.Completed++
			}
		}
		clear(reached)
	}
	at := index(all)
	for _, r := range ranges {
		query, args := visitsQuery(tables, interviews, r)
		err := collections.Each(db, query, args, func(rows *sql.Rows) error {
			var household, area string
			var interviewed bool
			if err := rows.Scan(&household, &area, &interviewed); err != nil {
				return err
			}
			a := at(area)
			if a != current {
				count()
				current = a
			}
			if a != nil {
				reached[household] = reached[household] || interviewed
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	count()
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

// visitTables are the tables of all forms that were ever published.
func visitTables(db collections.DB) (tables []string, err error) {
	err = collections.Each(db, `SELECT DISTINCT tablename FROM forms WHERE tablename!='' AND status!='draft' ORDER BY tablename`, nil, func(rows *sql.Rows) error {
		var table string
		err := rows.Scan(&table)
		tables = append(tables, table)
		return err
	})
	return tables, err
}

// visitsQuery reads the visits of one range in the order of their areas, which the index of each table gives.
func visitsQuery(tables []string, interviews collections.Interviews, r territory.Range) (string, []any) {
	parts, args := make([]string, len(tables)), []any{}
	for i, table := range tables {
		parts[i] = fmt.Sprintf(`SELECT household, area, %s AS interviewed FROM %q WHERE area>=? AND area<? AND household!='' AND review_state!='rejected'`, interviews.Of(table), table)
		args = append(args, r.Lo, r.Hi)
	}
	return strings.Join(parts, ` UNION ALL `) + ` ORDER BY area`, args
}

// households are the expected numbers as they were entered, by area code, with the codes directly below each.
type households struct {
	own   map[string]int64
	below map[string][]string
}

func expectations(db collections.DB, where string, args []any) (households, error) {
	h := households{map[string]int64{}, map[string][]string{}}
	err := collections.Each(db, `SELECT code, parent, expected_households FROM areas WHERE `+where, args, func(rows *sql.Rows) error {
		var code, parent string
		var n int64
		if err := rows.Scan(&code, &parent, &n); err != nil {
			return err
		}
		h.own[code] = n
		if len(parent) < len(code) { // so that a mistake in the table cannot make a circle
			h.below[parent] = append(h.below[parent], code)
		}
		return nil
	})
	return h, err
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
