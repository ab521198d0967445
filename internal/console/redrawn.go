package console

import (
	"database/sql"
	"encoding/json"

	"doorstep/collections"
	"doorstep/internal/access"
)

// Redrawn is a change of borders: the areas that it concerned, with those beside them, as they were and as they were when it was done.
type Redrawn struct {
	Before Outlines `json:"before"`
	After  Outlines `json:"after"`
}

// mostRedrawn is how many areas a picture of a change holds, on each side.
const mostRedrawn = 500

// ReadRedrawn gives the borders that changed at a moment, as collections.Stamp writes it, and those beside them below the same areas, of
// areas that the actor may see.
func ReadRedrawn(db collections.DB, actor access.Actor, at string) (Redrawn, error) {
	r := Redrawn{Outlines{"FeatureCollection", []Outline{}}, Outlines{"FeatureCollection", []Outline{}}}
	const codes = `WITH changed AS (SELECT code, parent, became FROM area_revisions
			WHERE valid_to=? AND kind NOT IN ('unused','renamed','added')),
		parents AS (SELECT parent FROM changed UNION SELECT a.parent FROM changed, json_each(became) b JOIN areas a ON a.code=b.value)
		SELECT code, name, level, boundary FROM area_revisions
		WHERE parent IN (SELECT parent FROM parents) AND kind!='unused' AND `
	const now = ` UNION ALL SELECT code, name, level, COALESCE(boundary,'null') FROM areas
		WHERE parent IN (SELECT parent FROM parents) AND active
		AND NOT EXISTS (SELECT 1 FROM area_revisions r WHERE r.code=areas.code AND `
	err := r.Before.take(db, actor, codes+`valid_from<? AND valid_to>=?`+now+`r.valid_to>=?) AND created<? ORDER BY 1`, at, at, at, at, at)
	if err == nil {
		err = r.After.take(db, actor, codes+`valid_from<=? AND valid_to>?`+now+`r.valid_to>?) AND created<=? ORDER BY 1`, at, at, at, at, at)
	}
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
