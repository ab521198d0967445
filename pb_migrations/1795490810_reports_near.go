package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const reportsByArea = "idx_tasks_reports_area"

func init() {
	m.Register(addReportsByArea, dropReportsByArea)
}

// addReportsByArea lets the open reports of a street be found without those of the city.
func addReportsByArea(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.AddIndex(reportsByArea, false, "area, created, id, due", "kind = 'follow_up' AND priority = 'urgent' AND status = 'open'")
	return app.Save(c)
}

func dropReportsByArea(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.RemoveIndex(reportsByArea)
	return app.Save(c)
}
