package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addPlacements, dropPlacements)
}

// placements say why a record lies where it does, where the method and the confidence do not say all; house_codes say where a
// house code lies. area_job_skips are the records that a job could not look at. None of them is a collection: they are read by
// Doorstep's own routes alone, which know the territory.
var placements = []string{
	`CREATE TABLE placements (record TEXT PRIMARY KEY NOT NULL, why TEXT NOT NULL)`,
	`CREATE TABLE house_codes (code TEXT PRIMARY KEY NOT NULL, area TEXT NOT NULL)`,
	`CREATE INDEX idx_house_codes_area ON house_codes (area)`,
	`CREATE TABLE area_job_skips (job TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, area TEXT NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, at TEXT NOT NULL, PRIMARY KEY (record, job))`,
}

// addPlacements also lets a reviewer say where a record lies.
func addPlacements(app core.App) error {
	if err := execute(app, placements...); err != nil {
		return err
	}
	if err := methodsOfAreas(app, func(have []string) []string { return append(have, "manual") }); err != nil {
		return err
	}
	return decisionsOfReviews(app, func(have []string) []string { return append(have, "place", "unplace") })
}

func dropPlacements(app core.App) error {
	added := func(v string) bool { return v == "manual" || v == "place" || v == "unplace" }
	without := func(have []string) []string { return slices.DeleteFunc(have, added) }
	if err := methodsOfAreas(app, without); err != nil {
		return err
	}
	if err := decisionsOfReviews(app, without); err != nil {
		return err
	}
	return execute(app, `DROP TABLE placements`, `DROP TABLE house_codes`, `DROP TABLE area_job_skips`)
}

// methodsOfAreas changes the choices of how an area was found, in the register of households and in every form's table.
func methodsOfAreas(app core.App, change func([]string) []string) error {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return err
	}
	for _, c := range all {
		field, ok := c.Fields.GetByName("area_method").(*core.SelectField)
		if !ok {
			continue
		}
		field.Values = change(field.Values)
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
