package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addTokenForm, dropTokenForm)
}

// addTokenForm lets a token open nothing but the draft of one form.
func addTokenForm(app core.App) error {
	c, err := app.FindCollectionByNameOrId("app_tokens")
	if err != nil {
		return err
	}
	c.Fields.Add(text("form", "只用于试填这个表单的草稿,空为正式采集 · the form whose draft it tests; empty for collecting data"))
	return app.Save(c)
}

func dropTokenForm(app core.App) error {
	c, err := app.FindCollectionByNameOrId("app_tokens")
	if err != nil {
		return err
	}
	c.Fields.RemoveByName("form")
	return app.Save(c)
}
