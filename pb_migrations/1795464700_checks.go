package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addChecks, dropChecks)
}

// addChecks lets the history hold what a check of the form's logic took out or computed otherwise.
func addChecks(app core.App) error {
	return kindsOfEdits(app, func(kinds []string) []string { return append(kinds, "check") })
}

func dropChecks(app core.App) error {
	return kindsOfEdits(app, func(kinds []string) []string {
		return slices.DeleteFunc(kinds, func(k string) bool { return k == "check" })
	})
}

func kindsOfEdits(app core.App, change func([]string) []string) error {
	c, err := app.FindCollectionByNameOrId("edits")
	if err != nil {
		return err
	}
	if kind, ok := c.Fields.GetByName("kind").(*core.SelectField); ok {
		kind.Values = change(kind.Values)
	}
	return app.Save(c)
}
