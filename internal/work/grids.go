package work

import (
	"database/sql"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
)

// Spread says which grids are given to whom.
type Spread struct {
	Within  string   `json:"within"`  // area
	Workers []string `json:"workers"` // ids; none for every field worker there
	Due     string   `json:"due"`
	Again   bool     `json:"again"` // also grids that somebody has
	Areas   []string `json:"areas"` // that the grids lie in, or are; none for all of within
}

// Grids makes parts of the grids of an area that nobody has yet, balanced between workers by the households expected and by
// distance. It fails where the area is out of the actor's reach or too large.
func Grids(db collections.DB, areas *grid.Index, actor access.Actor, campaign string, s Spread) ([]Part, error) {
	if s.Within == "" || !actor.May(access.AssignWork, s.Within, "") {
		return nil, problem.New(problem.BadParameter, "within")
	}
	r := territory.Of([]string{s.Within})[0]
	taken, err := collections.Map[string, bool](db, `SELECT area, ? FROM tasks WHERE area>=? AND area<? AND campaign=? AND campaign!=''
		AND household='' AND assignee!=''`, !s.Again, r.Lo, r.Hi, campaign)
	if err != nil {
		return nil, err
	}
	places, targets := []place{}, map[string]int{}
	err = collections.Each(db, `SELECT code, expected_households FROM areas
		WHERE code>=? AND code<? AND +level='grid' AND active=TRUE LIMIT ?`, []any{r.Lo, r.Hi, mostParts + 1}, func(rows *sql.Rows) error {
		var p place
		if err := rows.Scan(&p.code, &p.weight); err != nil || taken[p.code] || len(s.Areas) > 0 && !grid.UnderAny(p.code, s.Areas) {
			return err
		}
		targets[p.code], p.weight = p.weight, max(1, p.weight)
		if a, known := areas.Area(p.code); known {
			center := a.Boundary.Bound().Center()
			p.lon, p.lat = center.Lon(), center.Lat()
		}
		places = append(places, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(places) > mostParts {
		return nil, problem.New(problem.BadParameter, "within")
	}
	workers, err := candidates(db, actor, r, s.Workers)
	if err != nil {
		return nil, err
	}
	given, parts := balance(places, workers), []Part{}
	for _, p := range places {
		parts = append(parts, Part{Area: p.code, Worker: given[p.code], Target: targets[p.code], Due: s.Due})
	}
	return parts, nil
}

// candidates are the named workers, or all active field workers with a part of the range in their territory.
func candidates(db collections.DB, actor access.Actor, r territory.Range, named []string) ([]candidate, error) {
	wanted := map[string]bool{}
	for _, id := range named {
		wanted[id] = true
	}
	var all []candidate
	err := collections.Each(db, `SELECT w.id, w.area, COALESCE(w.territory,'[]') FROM workers w
		WHERE w.role='field' AND w.active=TRUE AND w.id IN (SELECT worker FROM worker_scopes WHERE lo<? AND hi>?)`,
		[]any{r.Hi, r.Lo}, func(rows *sql.Rows) error {
			var c candidate
			var area, territory string
			if err := rows.Scan(&c.id, &area, &territory); err != nil {
				return err
			}
			if c.territory = access.ParseTerritory(territory); actor.May(access.AssignWork, area, "") && (len(wanted) == 0 || wanted[c.id]) {
				all = append(all, c)
			}
			return nil
		})
	return all, err
}
