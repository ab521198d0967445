package console

import (
	"database/sql"
	"encoding/json"

	"doorstep/collections"
	"doorstep/internal/access"
)

// Redrawn is a change of borders: the areas that it concerned as they were, and as they were when it was done.
type Redrawn struct {
	Before Outlines `json:"before"`
	After  Outlines `json:"after"`
}

// mostRedrawn is how many areas a picture of a change holds, on each side.
const mostRedrawn = 500

// ReadRedrawn gives the borders that changed at a moment, as collections.Stamp writes it, of areas that the actor may see.
func ReadRedrawn(db collections.DB, actor access.Actor, at string) (r Redrawn, err error) {
	const changed = `FROM area_revisions WHERE valid_to=? AND kind NOT IN ('unused','renamed','added')`
	r = Redrawn{Outlines{"FeatureCollection", []Outline{}}, Outlines{"FeatureCollection", []Outline{}}}
	if err := r.Before.take(db, actor, `SELECT code, name, level, boundary `+changed+` ORDER BY code`, at); err != nil {
		return r, err
	}
	err = r.After.take(db, actor, `WITH changed AS (SELECT code, became `+changed+`),
		codes AS (SELECT code FROM changed UNION SELECT value FROM changed, json_each(became))
		SELECT code, name, level, boundary FROM area_revisions
		WHERE code IN (SELECT code FROM codes) AND valid_from<=? AND valid_to>? AND kind!='unused'
		UNION ALL SELECT code, name, level, COALESCE(boundary,'null') FROM areas
		WHERE code IN (SELECT code FROM codes) AND active
		AND NOT EXISTS (SELECT 1 FROM area_revisions r WHERE r.code=areas.code AND r.valid_to>?) ORDER BY 1`, at, at, at, at)
	return r, err
}

// take adds what a query gives of areas within reach.
func (o *Outlines) take(db collections.DB, actor access.Actor, query string, args ...any) error {
	return collections.Each(db, query, args, func(rows *sql.Rows) error {
		var of Outlined
		var boundary string
		err := rows.Scan(&of.Code, &of.Name, &of.Level, &boundary)
		if err == nil && len(o.Features) < mostRedrawn && reaches(actor, of.Code) && json.Valid([]byte(boundary)) {
			o.Features = append(o.Features, Outline{"Feature", of, json.RawMessage(boundary)})
		}
		return err
	})
}
