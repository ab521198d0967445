package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		return visitsByPlace(app, "area, id, review_state, received_at, household, outcome, person, form_version, worker, campaign")
	}, func(app core.App) error {
		return visitsByPlace(app, "area, id, review_state, received_at, household, outcome")
	})
}

// visitsByPlace makes the index of places of every form's table anew. It holds all that outcomes are counted by, so that those of a city
// are read from it alone: a row itself has hundreds of columns.
func visitsByPlace(app core.App, columns string) error {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Fields.GetByName("review_state") == nil {
			continue
		}
		c.AddIndex("idx_"+c.Name+"_area", false, columns, "")
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
