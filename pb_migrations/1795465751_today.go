package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addToday, dropToday)
}

var todayIndexes = []struct{ table, name, columns, where string }{
	{"tasks", "idx_tasks_reports", "created, id, area, due", "kind = 'follow_up' AND priority = 'urgent' AND status = 'open'"},
	{"duplicates", "idx_duplicates_open", "created, id, area, area_b, kind", "status = 'open'"},
	{"devices", "idx_devices_contact", "last_contact, area", "revoked = FALSE"},
}

// addToday gives indexes of what waits for somebody: reports, pairs, silent tablets.
func addToday(app core.App) error {
	for _, one := range todayIndexes {
		c, err := app.FindCollectionByNameOrId(one.table)
		if err != nil {
			return err
		}
		c.AddIndex(one.name, false, one.columns, one.where)
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}

func dropToday(app core.App) error {
	for _, one := range todayIndexes {
		c, err := app.FindCollectionByNameOrId(one.table)
		if err != nil {
			return err
		}
		c.RemoveIndex(one.name)
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
