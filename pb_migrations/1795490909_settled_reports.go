package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const (
	settledReports       = "idx_tasks_settled"
	settledReportsByArea = "idx_tasks_settled_area"
)

func init() {
	m.Register(addSettledReports, dropSettledReports)
}

// addSettledReports lets the reports that were settled be listed, the last first, in a city and in a street.
func addSettledReports(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	const which = "kind = 'follow_up' AND priority = 'urgent' AND status = 'done'"
	c.AddIndex(settledReports, false, "confirmed_at, id, area", which)
	c.AddIndex(settledReportsByArea, false, "area, confirmed_at, id", which)
	return app.Save(c)
}

func dropSettledReports(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.RemoveIndex(settledReports)
	c.RemoveIndex(settledReportsByArea)
	return app.Save(c)
}
