package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addBounded, dropBounded)
}

// addBounded gives what is counted and looked up of a place, a person or a time an index of its own: lists and exports follow
// places, coverage and previews read the index of places alone, the review queue what waits, retention what is due, and an erasure the
// tasks about somebody and who else uses a file.
func addBounded(app core.App) error {
	return boundedIndexes(app, func(c *core.Collection) {
		switch c.Name {
		case "tasks":
			c.AddIndex("idx_tasks_person", false, "person", "")
			c.AddIndex("idx_tasks_household", false, "household", "")
		case "submissions":
			c.AddIndex("idx_submissions_due", false, "received_at, area, form", "raw != '' OR sealed != ''")
			c.AddIndex("idx_submissions_area", false, "area", "")
		case "attachments", "edits", "entity_versions":
			c.AddIndex("idx_"+c.Name+"_area", false, "area", "")
		case "paradata":
			c.AddIndex("idx_paradata_sha", false, "sha256", "")
		default:
			c.AddIndex("idx_"+c.Name+"_area", false, "area, id, review_state, received_at, household, outcome", "")
			c.AddIndex("idx_"+c.Name+"_waiting", false, "CAST(area AS TEXT)", "review_state = 'received' OR review_state = 'has_issues' OR review_state = 'edited'")
		}
	})
}

func dropBounded(app core.App) error {
	return boundedIndexes(app, func(c *core.Collection) {
		switch c.Name {
		case "tasks":
			c.RemoveIndex("idx_tasks_person")
			c.RemoveIndex("idx_tasks_household")
		case "submissions":
			c.RemoveIndex("idx_submissions_due")
			c.RemoveIndex("idx_submissions_area")
		case "attachments", "edits", "entity_versions":
			c.RemoveIndex("idx_" + c.Name + "_area")
		case "paradata":
			c.RemoveIndex("idx_paradata_sha")
		default:
			c.AddIndex("idx_"+c.Name+"_area", false, "area, id, review_state", "")
			c.RemoveIndex("idx_" + c.Name + "_waiting")
		}
	})
}

// boundedIndexes goes through the tables that are named here, and those of forms, which alone have a review state.
func boundedIndexes(app core.App, change func(*core.Collection)) error {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return err
	}
	for _, c := range all {
		named := slices.Contains([]string{"attachments", "edits", "entity_versions", "paradata", "submissions", "tasks"}, c.Name)
		if !named && c.Fields.GetByName("review_state") == nil {
			continue
		}
		change(c)
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
