package console

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/access"
	"doorstep/internal/coverage"
	"doorstep/internal/grid"
)

// Area is one area below another.
type Area struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Level    string `json:"level"`
	Children bool   `json:"children"`
}

const areaColumns = `a.code, a.name, a.level, EXISTS (SELECT 1 FROM areas c WHERE c.parent=a.code AND c.active)`

// Areas lists the areas below one that lie in the actor's territory, or that it lies in. Without a parent they are those of the
// territory itself.
func Areas(db collections.DB, actor access.Actor, parent string) ([]Area, error) {
	all := []Area{}
	err := eachArea(db, actor, parent, areaColumns, func(rows *sql.Rows) error {
		var a Area
		err := rows.Scan(&a.Code, &a.Name, &a.Level, &a.Children)
		if reaches(actor, a.Code) {
			all = append(all, a)
		}
		return err
	})
	return all, err
}

func eachArea(db collections.DB, actor access.Actor, parent, columns string, scan func(*sql.Rows) error) error {
	if parent != "" || actor.Role == access.Operator {
		return collections.Each(db, `SELECT `+columns+` FROM areas a WHERE a.parent=? AND a.active ORDER BY a.code`, []any{parent}, scan)
	}
	return collections.Each(db, `SELECT `+columns+` FROM areas a WHERE a.code IN (SELECT value FROM json_each(?)) AND a.active
		ORDER BY a.code`, []any{collections.JSONList(actor.Territory)}, scan)
}

// reaches reports whether an area lies in the actor's territory, or holds a part of it.
func reaches(actor access.Actor, code string) bool {
	return actor.Role == access.Operator || actor.Covers(code) ||
		slices.ContainsFunc(actor.Territory, func(own string) bool { return strings.HasPrefix(own, code) })
}

// Outlines are features of GeoJSON.
type Outlines struct {
	Type     string    `json:"type"`
	Features []Outline `json:"features"`
}

// Outline is an area with its border.
type Outline struct {
	Type       string          `json:"type"`
	Properties Outlined        `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

// Outlined is the area that a border is of.
type Outlined struct {
	Code   string         `json:"code"`
	Name   string         `json:"name"`
	Level  string         `json:"level"`
	Counts *coverage.Area `json:"counts,omitempty"` // of one in the actor's territory, where they are asked for
}

// ReadOutlines gives the borders of what Areas lists, with no more points than a picture shows.
func ReadOutlines(db collections.DB, k Known, actor access.Actor, parent string) (Outlines, error) {
	all := Outlines{"FeatureCollection", []Outline{}}
	err := eachArea(db, actor, parent, `a.code, a.name, a.level, COALESCE(a.boundary,'null')`, func(rows *sql.Rows) error {
		var of Outlined
		var boundary string
		err := rows.Scan(&of.Code, &of.Name, &of.Level, &boundary)
		if err == nil && reaches(actor, of.Code) && json.Valid([]byte(boundary)) {
			all.Features = append(all.Features, Outline{"Feature", of, drawn(k.Areas, of.Code, []byte(boundary))})
		}
		return err
	})
	return all, err
}

// Count adds the counts of the areas in the actor's territory.
func (o *Outlines) Count(db collections.DB, k Known, actor access.Actor) error {
	codes := map[string][]string{} // by level
	for _, f := range o.Features {
		codes[f.Properties.Level] = append(codes[f.Properties.Level], f.Properties.Code)
	}
	for level, of := range codes {
		counts, err := countsOf(db, k, territory.Both(actor.Ranges(""), coarse(of)), level)
		if err != nil {
			return err
		}
		for i := range o.Features {
			if p := &o.Features[i].Properties; p.Level == level {
				p.Counts = counts[p.Code]
			}
		}
	}
	return nil
}

// simple is the size in bytes up to which a border is shown as it is.
const simple = 4 << 10

// drawn simplifies a border that is long. One that cannot be read is given as it is.
func drawn(areas *grid.Index, code string, boundary []byte) json.RawMessage {
	area, ok := areas.Area(code)
	if len(boundary) <= simple || !ok || len(area.Boundary) == 0 {
		return boundary
	}
	out, err := grid.Sketch(area.Boundary)
	if err != nil {
		return boundary
	}
	return out
}
