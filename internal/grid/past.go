package grid

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
)

// Past tells which of the areas that there were at a moment lay where areas lie now. It holds what has changed since; everything else
// is what it was.
type Past struct {
	at      string
	there   map[string]bool     // in use then, of those that have changed since
	changed map[string]string   // by code: when its ground changed first
	origins map[string][]string // by code: the areas of then that lay where it lies
	indexes map[string]*Index
}

// PastAt reads what has become of areas since a moment, as collections.Stamp writes it.
func PastAt(db collections.DB, at string) (*Past, error) {
	p := &Past{at: at, there: map[string]bool{}, changed: map[string]string{}, origins: map[string][]string{}, indexes: map[string]*Index{}}
	var group []revision // that ended at the same time
	err := collections.Each(db, `SELECT code, kind, became, valid_from, valid_to FROM area_revisions WHERE valid_to>? ORDER BY valid_to, code`,
		[]any{at}, func(rows *sql.Rows) error {
			var r revision
			var became string
			if err := rows.Scan(&r.code, &r.kind, &became, &r.from, &r.to); err != nil {
				return err
			}
			if err := json.Unmarshal([]byte(became), &r.became); err != nil {
				return fmt.Errorf("what became of %s: %w", r.code, err)
			}
			if len(group) > 0 && group[0].to != r.to {
				p.follow(group)
				group = nil
			}
			group = append(group, r)
			return nil
		})
	p.follow(group)
	return p, err
}

type revision struct {
	code, kind, from, to string
	became               []string
}

// follow takes in the changes of one time.
func (p *Past) follow(group []revision) {
	next := map[string][]string{}
	for _, r := range group {
		if r.kind != unused && r.from <= p.at {
			p.there[r.code] = true
		}
		if r.kind == unused || r.kind == string(Renamed) {
			continue
		}
		for _, code := range append([]string{r.code}, r.became...) {
			if p.changed[code] == "" {
				p.changed[code] = r.to
			}
		}
		for _, code := range r.became {
			next[code] = append(next[code], p.lay(r.code)...)
		}
	}
	for code, origins := range next {
		slices.Sort(origins)
		p.origins[code] = slices.Compact(origins)
	}
}

// unused is the kind of the time in which an area was none.
const unused = "unused"

// lay are the areas of then where one lies.
func (p *Past) lay(code string) []string {
	if origins, known := p.origins[code]; known {
		return origins
	}
	if p.there[code] {
		return []string{code}
	}
	return nil
}

// Moved are the areas whose records may have lain elsewhere, or of which records lie elsewhere now, where one side lies within the
// ranges: those that have changed, and those that a job has put records into that lay there.
func (p *Past) Moved(db collections.DB, ranges []territory.Range) ([]string, error) {
	found := map[string]bool{}
	for code := range p.changed {
		here := reached(ranges, code)
		for _, origin := range p.lay(code) {
			here = here || reached(ranges, origin)
		}
		if here {
			found[code] = true
		}
		err := collections.Each(db, `SELECT DISTINCT area FROM area_moves WHERE area_from=? AND moved>? AND job!=''`, []any{code, p.at},
			func(rows *sql.Rows) error {
				var to string
				err := rows.Scan(&to)
				found[to] = found[to] || here || reached(ranges, to)
				return err
			})
		if err != nil {
			return nil, fmt.Errorf("what moved out of %s: %w", code, err)
		}
	}
	maps.DeleteFunc(found, func(_ string, here bool) bool { return !here })
	return slices.Sorted(maps.Keys(found)), nil
}

func reached(ranges []territory.Range, code string) bool {
	return slices.ContainsFunc(ranges, func(r territory.Range) bool { return r.Lo <= code && code < r.Hi })
}

// Lying is a record with where it lies now.
type Lying struct {
	Table, ID, Area, Received string
	From                      string // where the first job since has taken it from; "" for none
	Location, Sealed          string
	AccuracyM                 float64
}

// Lay is the area of then that a record lay in: the one that a job has taken it out of, or that it came to before the ground changed.
// What came later lies in the only area that lay there, or, of several, in that which its point tells. Where nothing tells it is the
// area that holds them all.
func (p *Past) Lay(db collections.DB, r Lying) (string, error) {
	code, moved := r.Area, p.changed[r.From] != ""
	if moved {
		code = r.From
	}
	if p.there[code] && (moved || r.Received < p.changed[code]) {
		return code, nil
	}
	switch lay := p.lay(code); len(lay) {
	case 0:
		return code, nil
	case 1:
		return lay[0], nil
	default:
		return p.byPoint(db, r, lay)
	}
}

func (p *Past) byPoint(db collections.DB, r Lying, lay []string) (string, error) {
	idx, err := p.index(db, lay)
	if err != nil {
		return "", err
	}
	at, found, err := PointOf(db, r.Table, r.ID, r.Location, r.Sealed)
	if err != nil {
		return "", err
	}
	if a := Assign(idx, Input{HasPoint: found, Lon: at[0], Lat: at[1], AccuracyM: r.AccuracyM}); a.Area != "" {
		return a.Area, nil
	}
	common := lay[0]
	for common != "" && slices.ContainsFunc(lay, func(code string) bool { return !under(code, common) }) {
		common = common[:len(common)-1]
	}
	return territory.Cut(common), nil
}

// index is one of areas as they were.
func (p *Past) index(db collections.DB, codes []string) (*Index, error) {
	key := fmt.Sprint(codes)
	if idx := p.indexes[key]; idx != nil {
		return idx, nil
	}
	var areas []Area
	for _, code := range codes {
		a, boundary := Area{Code: code}, ""
		found, err := collections.One(db, `SELECT name, level, boundary FROM area_revisions WHERE code=? AND kind!='unused' AND valid_from<=?
			AND valid_to>?`, []any{code, p.at, p.at}, &a.Name, &a.Level, &boundary)
		if err != nil {
			return nil, fmt.Errorf("area %s as it was: %w", code, err)
		}
		if !found {
			continue
		}
		if a.Boundary, err = storedBoundary(boundary); err != nil {
			return nil, fmt.Errorf("boundary of %s as it was: %w", code, err)
		}
		areas = append(areas, a)
	}
	p.indexes[key] = NewIndex(areas)
	return p.indexes[key], nil
}
