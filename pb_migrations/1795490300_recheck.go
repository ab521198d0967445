package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addRecheck, dropRecheck)
}

// addRecheck lets campaigns say what a re-interview asks, and finds the re-interviews of a campaign and what a
// worker has to do, place by place.
func addRecheck(app core.App) error {
	if err := alterMerging(app, "campaigns", func(c *core.Collection) {
		c.Fields.Add(list("recheck", "复核访问 · what a re-interview asks: form, questions"))
	}); err != nil {
		return err
	}
	return alterMerging(app, "tasks", func(c *core.Collection) {
		c.AddIndex("idx_tasks_recheck", false, "campaign, area, id", "kind = 'recheck'")
		c.AddIndex("idx_tasks_own", false, "assignee, area, id", "status = 'open'")
	})
}

func dropRecheck(app core.App) error {
	if err := alterMerging(app, "tasks", func(c *core.Collection) {
		c.RemoveIndex("idx_tasks_recheck")
		c.RemoveIndex("idx_tasks_own")
	}); err != nil {
		return err
	}
	return alterMerging(app, "campaigns", func(c *core.Collection) { c.Fields.RemoveByName("recheck") })
}
