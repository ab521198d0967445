package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(createTerritories, dropTerritories)
}

// formerTerritories is what workers once covered, so that a tablet that comes from there is told what left. Nobody reads
// it over REST.
var formerTerritories = table{
	name: "former_territories",
	fields: []core.Field{
		text("worker", "workers 的 id · worker"), text("scope", "区域摘要,与游标一致 · digest of the territory, as in cursors"), list("territory", "曾负责的区域前缀 · prefixes that the worker once had"),
		whole("seq", "交出时变更序列的末尾 · end of the feed when it was given up"),
	},
	indexes: []string{"CREATE UNIQUE INDEX idx_former_territories ON former_territories (worker, scope)"},
}

// createTerritories also adds to the feed when a record was first told of at a target, and to devices when the last of
// their work came after they were shut out.
func createTerritories(app core.App) error {
	if err := app.Save(formerTerritories.collection()); err != nil {
		return err
	}
	if err := addField(app, "changes", whole("first", "首次发往该目标的顺序号 · sequence when first told there")); err != nil {
		return err
	}
	return addField(app, "devices", moment("sealed", "吊销后交完未发数据的时间 · when its unsent work was handed over after it was revoked"))
}

func dropTerritories(app core.App) error {
	if err := removeField(app, "devices", "sealed"); err != nil {
		return err
	}
	if err := removeField(app, "changes", "first"); err != nil {
		return err
	}
	return drop(app, "former_territories")
}

func addField(app core.App, name string, field core.Field) error {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	c.Fields.Add(field)
	return app.Save(c)
}

func removeField(app core.App, name, field string) error {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	c.Fields.RemoveByName(field)
	return app.Save(c)
}
