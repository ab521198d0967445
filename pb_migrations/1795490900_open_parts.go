package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const openParts = "idx_tasks_parts"

func init() {
	m.Register(addOpenParts, dropOpenParts)
}

// addOpenParts lets what is left of a campaign be summed without the tasks themselves.
func addOpenParts(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.AddIndex(openParts, false, "campaign, area, target", "campaign != '' AND status = 'open' AND kind = 'visit'")
	return app.Save(c)
}

func dropOpenParts(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.RemoveIndex(openParts)
	return app.Save(c)
}
