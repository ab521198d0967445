package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(dropReason, addReason)
}

// dropReason takes the sentence from submissions: it was in Chinese, and the catalogue has it in both languages by the code.
func dropReason(app core.App) error { return removeField(app, "submissions", "message") }

// addReason brings the column back, empty: the code says it.
func addReason(app core.App) error {
	c, err := app.FindCollectionByNameOrId("submissions")
	if err != nil {
		return err
	}
	c.Fields.Add(text("message", "说明 · message"))
	return app.Save(c)
}
