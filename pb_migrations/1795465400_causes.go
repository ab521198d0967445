package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Tasks say what caused them, so that a correction that discloses more opens another report.
func init() {
	m.Register(addCauses, dropCauses)
}

func addCauses(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.Fields.Add(list("causes", "起因 · causes: codes, row ids, questions"))
	return app.Save(c)
}

func dropCauses(app core.App) error {
	c, err := app.FindCollectionByNameOrId("tasks")
	if err != nil {
		return err
	}
	c.Fields.RemoveByName("causes")
	return app.Save(c)
}
