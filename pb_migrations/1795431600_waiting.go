package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(indexWaiting, dropWaiting)
}

const waitingIndex = "idx_submissions_waiting"

// indexWaiting finds the edits that wait for a submission, which every submission asks for.
func indexWaiting(app core.App) error {
	c, err := app.FindCollectionByNameOrId("submissions")
	if err != nil {
		return err
	}
	c.AddIndex(waitingIndex, false, "deprecated, received_at", "deprecated != '' AND outcome = 'quarantined'")
	return app.Save(c)
}

func dropWaiting(app core.App) error {
	c, err := app.FindCollectionByNameOrId("submissions")
	if err != nil {
		return err
	}
	c.RemoveIndex(waitingIndex)
	return app.Save(c)
}
