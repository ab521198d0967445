package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addAreasOfADay, dropAreasOfADay)
}

// addAreasOfADay lets coverage be counted from an index alone, without the borders, and finds what areas have become since a day.
// area_follows tells whose territory, and which tasks, have followed areas that are no more; it is no collection.
func addAreasOfADay(app core.App) error {
	return execute(app,
		`CREATE INDEX idx_areas_covered ON areas (code, level, active, parent, name, expected_households, created)`,
		`DROP INDEX idx_areas_expected`,
		`CREATE INDEX idx_area_revisions_ended ON area_revisions (valid_to, code)`,
		`CREATE TABLE area_follows (job TEXT NOT NULL, collection TEXT NOT NULL, record TEXT NOT NULL, area TEXT NOT NULL, before TEXT NOT NULL,
			after TEXT NOT NULL, PRIMARY KEY (job, collection, record))`)
}

func dropAreasOfADay(app core.App) error {
	return execute(app,
		`CREATE INDEX idx_areas_expected ON areas (code, level, parent, name, expected_households)`,
		`DROP TABLE area_follows`, `DROP INDEX idx_areas_covered`, `DROP INDEX idx_area_revisions_ended`)
}
