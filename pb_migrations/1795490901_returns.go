package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const returnsOfRecord = "idx_reviews_returns"

func init() {
	m.Register(addReturns, dropReturns)
}

// addReturns lets the records that were returned be told from the others without a look at every review: one in eight is a return.
func addReturns(app core.App) error {
	c, err := app.FindCollectionByNameOrId("reviews")
	if err != nil {
		return err
	}
	c.AddIndex(returnsOfRecord, false, "record", "decision = 'return'")
	return app.Save(c)
}

func dropReturns(app core.App) error {
	c, err := app.FindCollectionByNameOrId("reviews")
	if err != nil {
		return err
	}
	c.RemoveIndex(returnsOfRecord)
	return app.Save(c)
}
