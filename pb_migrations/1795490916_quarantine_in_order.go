package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

const heldInOrder = "idx_submissions_quarantine"

func init() {
	m.Register(orderQuarantine, forgetOrderOfQuarantine)
}

// orderQuarantine puts the id into the index of held submissions: a page of a whole city is then found in the index alone, and only the
// rows that it shows are read.
func orderQuarantine(app core.App) error {
	return indexQuarantine(app, "area, received_at, id")
}

func forgetOrderOfQuarantine(app core.App) error {
	return indexQuarantine(app, "area, received_at")
}

func indexQuarantine(app core.App, columns string) error {
	return alterMerging(app, "submissions", func(c *core.Collection) {
		c.RemoveIndex(heldInOrder)
		c.AddIndex(heldInOrder, false, columns, "outcome = 'quarantined'")
	})
}
