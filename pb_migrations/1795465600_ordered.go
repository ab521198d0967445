package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addOrdered, dropOrdered)
}

// addOrdered gives indexes along which the records of a place, and of a worker, are read in the order of their ids, a page
// at a time, and one of the few persons and households that were merged into another.
func addOrdered(app core.App) error {
	return changeIndexes(app, "id, review_state", "assignee, status, id", func(c *core.Collection) {
		c.AddIndex("idx_"+c.Name+"_merged", false, "merged_into", "merged_into != ''")
	})
}

func dropOrdered(app core.App) error {
	return changeIndexes(app, "review_state", "assignee, status", func(c *core.Collection) { c.RemoveIndex("idx_" + c.Name + "_merged") })
}

// changeIndexes goes through persons and households, tasks, and the tables of forms, which alone have a review state.
func changeIndexes(app core.App, ofRecords, ofTasks string, register func(*core.Collection)) error {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return err
	}
	for _, c := range all {
		switch {
		case c.Name == "persons" || c.Name == "households":
			register(c)
		case c.Name == "tasks":
			c.AddIndex("idx_tasks_assignee", false, ofTasks, "")
		case c.Fields.GetByName("review_state") != nil:
			c.AddIndex("idx_"+c.Name+"_area", false, "area, "+ofRecords, "")
			c.AddIndex("idx_"+c.Name+"_worker", false, "worker, "+ofRecords, "")
		default:
			continue
		}
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
