package console

import (
	"database/sql"
	"encoding/json"
	"slices"

	"doorstep/collections"
	"doorstep/collections/territory"
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
	parents, err := redrawnBelow(db, actor, at)
	if err != nil {
		return r, err
	}
	reach, args := territory.Among(reachOf(actor))
	query := func(then, now string) string {
		return `WITH reach AS (SELECT lo, hi FROM ` + reach + `), parents AS (SELECT value FROM json_each(?))
			SELECT code, name, level, boundary FROM reach CROSS JOIN area_revisions ON code>=lo AND code<hi
			WHERE parent IN (SELECT value FROM parents) AND kind!='unused' AND ` + then + `
			UNION ALL SELECT code, name, level, COALESCE(boundary,'null') FROM reach CROSS JOIN areas ON code>=lo AND code<hi
			WHERE parent IN (SELECT value FROM parents) AND active
			AND NOT EXISTS (SELECT 1 FROM area_revisions r WHERE r.code=areas.code AND ` + now + ` ORDER BY 1 LIMIT ?`
	}
	args = append(args, parents, at, at, at, at, mostRedrawn)
	if err := r.Before.take(db, query(`valid_from<? AND valid_to>=?`, `r.valid_to>=?) AND created<?`), args); err != nil {
		return r, err
	}
	return r, r.After.take(db, query(`valid_from<=? AND valid_to>?`, `r.valid_to>?) AND created<=?`), args)
}

// redrawnBelow are the areas right below which a change drew borders, of those that the actor may see: a list in JSON.
func redrawnBelow(db collections.DB, actor access.Actor, at string) (string, error) {
	parents, err := collections.Column[string](db, `WITH changed AS (SELECT parent, became FROM area_revisions
			WHERE valid_to=? AND kind NOT IN ('unused','renamed','added'))
		SELECT parent FROM changed UNION SELECT a.parent FROM changed, json_each(became) b JOIN areas a ON a.code=b.value`, at)
	return collections.JSONList(slices.DeleteFunc(parents, func(code string) bool { return !reaches(actor, code) })), err
}

// reachOf are the codes that reaches tells of.
func reachOf(actor access.Actor) []territory.Range {
	if actor.Role == access.Operator {
		return territory.Everywhere
	}
	return territory.WithAbove(actor.Territory)
}

// take adds what a query gives.
func (o *Outlines) take(db collections.DB, query string, args []any) error {
	return collections.Each(db, query, args, func(rows *sql.Rows) error {
		var of Outlined
		var boundary string
		err := rows.Scan(&of.Code, &of.Name, &of.Level, &boundary)
		if err == nil && json.Valid([]byte(boundary)) {
			o.Features = append(o.Features, Outline{"Feature", of, json.RawMessage(boundary)})
		}
		return err
	})
}
