package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addDiscard, dropDiscard)
}

// addDiscard lets reviews tell who ended a submission in quarantine, and why.
func addDiscard(app core.App) error {
	return decisionsOfReviews(app, func(have []string) []string { return append(have, "discard") })
}

func dropDiscard(app core.App) error {
	return decisionsOfReviews(app, func(have []string) []string {
		return slices.DeleteFunc(have, func(v string) bool { return v == "discard" })
	})
}

func decisionsOfReviews(app core.App, change func([]string) []string) error {
	c, err := app.FindCollectionByNameOrId("reviews")
	if err != nil {
		return err
	}
	if field, ok := c.Fields.GetByName("decision").(*core.SelectField); ok {
		field.Values = change(field.Values)
	}
	return app.Save(c)
}
