package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addUnsure, dropUnsure)
}

// addUnsure notes who could not say whether a pair is the same: somebody else is asked then.
func addUnsure(app core.App) error {
	return alterMerging(app, "duplicates", func(c *core.Collection) {
		c.Fields.Add(text("unsure_by", "看过而不确定的人,以空格分隔 · who looked and was not sure, separated by blanks"))
	})
}

func dropUnsure(app core.App) error {
	return alterMerging(app, "duplicates", func(c *core.Collection) { c.Fields.RemoveByName("unsure_by") })
}
