package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(countAreaChanges, forgetAreaChanges)
}

// countAreaChanges counts the changes of the areas, through whichever door, so that a transaction learns by one look whether the areas
// are still those that the program knows.
func countAreaChanges(app core.App) error {
	const counted = ` ON areas BEGIN INSERT INTO meta ("key", value) VALUES ('areas_stand', 1) ON CONFLICT ("key") DO UPDATE SET value=value+1; END`
	return execute(app, `CREATE TRIGGER areas_counted_new AFTER INSERT`+counted, `CREATE TRIGGER areas_counted_changed AFTER UPDATE`+counted,
		`CREATE TRIGGER areas_counted_gone AFTER DELETE`+counted, `DROP INDEX idx_areas_stand`)
}

func forgetAreaChanges(app core.App) error {
	return execute(app, `DROP TRIGGER areas_counted_new`, `DROP TRIGGER areas_counted_changed`, `DROP TRIGGER areas_counted_gone`,
		`DELETE FROM meta WHERE "key"='areas_stand'`, `CREATE INDEX idx_areas_stand ON areas (rev)`)
}
