package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addTerritoryOfWrites, dropTerritoryOfWrites)
}

// addTerritoryOfWrites lets each side of a pair have its word, and keeps what a record says of a known person beside
// what is known. Pairs that were decided before count as decided by both sides.
func addTerritoryOfWrites(app core.App) error {
	pairs, err := app.FindCollectionByNameOrId("duplicates")
	if err != nil {
		return err
	}
	pairs.Fields.Add(choice("verdict_a", "先有记录一方的意见 · word of a's side", "same", "different"), text("by_a", "先有记录一方裁定人 · decided for a"),
		choice("verdict_b", "后来记录一方的意见 · word of b's side", "same", "different"), text("by_b", "后来记录一方裁定人 · decided for b"), longText("comment_b", "后来记录一方的说明 · comment of b's side", 5000))
	pairs.AddIndex("idx_duplicates_b", false, "collection, b", "")
	if err := app.Save(pairs); err != nil {
		return err
	}
	if _, err := app.DB().NewQuery(`UPDATE duplicates SET verdict_a=status, verdict_b=status, by_a=decided_by, by_b=decided_by WHERE status IN ('same','different')`).Execute(); err != nil {
		return err
	}
	edits, err := app.FindCollectionByNameOrId("edits")
	if err != nil {
		return err
	}
	edits.Fields.Add(text("source", "提出修改的记录 · record that says so"))
	addValues(edits, "kind", "proposal")
	addValues(edits, "status", "applied", "declined", "withdrawn")
	edits.AddIndex("idx_edits_source", false, "source", "source != ''")
	return app.Save(edits)
}

func addValues(c *core.Collection, field string, values ...string) {
	dropValues(c, field, values...)
	if f, ok := c.Fields.GetByName(field).(*core.SelectField); ok {
		f.Values = append(f.Values, values...)
	}
}

func dropValues(c *core.Collection, field string, values ...string) {
	if f, ok := c.Fields.GetByName(field).(*core.SelectField); ok {
		f.Values = slices.DeleteFunc(f.Values, func(v string) bool { return slices.Contains(values, v) })
	}
}

func dropTerritoryOfWrites(app core.App) error {
	pairs, err := app.FindCollectionByNameOrId("duplicates")
	if err != nil {
		return err
	}
	for _, name := range []string{"verdict_a", "by_a", "verdict_b", "by_b", "comment_b"} {
		pairs.Fields.RemoveByName(name)
	}
	pairs.RemoveIndex("idx_duplicates_b")
	if err := app.Save(pairs); err != nil {
		return err
	}
	if _, err := app.DB().NewQuery(`DELETE FROM edits WHERE kind='proposal'`).Execute(); err != nil {
		return err
	}
	edits, err := app.FindCollectionByNameOrId("edits")
	if err != nil {
		return err
	}
	edits.Fields.RemoveByName("source")
	dropValues(edits, "kind", "proposal")
	dropValues(edits, "status", "applied", "declined", "withdrawn")
	edits.RemoveIndex("idx_edits_source")
	return app.Save(edits)
}
