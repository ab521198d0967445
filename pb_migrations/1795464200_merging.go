package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addMerging, dropMerging)
}

const (
	attachmentName   = "idx_attachments_name"
	attachmentRecord = "idx_attachments_record"
	heldUnknown      = "idx_submissions_unknown"
	formRevision     = "idx_forms_rev"
)

// addMerging lets the history name the row of a repeat that it is about, lets a file stay when another takes its name,
// finds what waits for a form, and sums up the revisions of forms without reading their workbooks.
func addMerging(app core.App) error {
	if err := alterMerging(app, "edits", func(c *core.Collection) {
		c.Fields.Add(text("row", "重复组中的行,空为记录本身 · row of a repeat; empty for the record itself"))
	}); err != nil {
		return err
	}
	if err := alterMerging(app, "attachments", func(c *core.Collection) {
		c.Fields.Add(truth("replaced", "同名的新文件已取代它 · another file of that name took its place"))
		attachmentStates(c, "declared", "stored", "quarantined", "withdrawn")
		c.RemoveIndex(attachmentName)
		c.AddIndex(attachmentName, true, "record, name", "replaced = FALSE")
		c.AddIndex(attachmentRecord, false, "record", "")
	}); err != nil {
		return err
	}
	if err := alterMerging(app, "forms", func(c *core.Collection) { c.AddIndex(formRevision, false, "rev", "") }); err != nil {
		return err
	}
	return alterMerging(app, "submissions", func(c *core.Collection) {
		c.AddIndex(heldUnknown, false, "form, received_at", "outcome = 'quarantined' AND code = 'operation.unknown_form'")
	})
}

func dropMerging(app core.App) error {
	if _, err := app.NonconcurrentDB().NewQuery(`DELETE FROM attachments WHERE replaced = TRUE OR state = 'withdrawn'`).Execute(); err != nil {
		return err
	}
	if err := alterMerging(app, "attachments", func(c *core.Collection) {
		c.RemoveIndex(attachmentRecord)
		c.RemoveIndex(attachmentName)
		c.AddIndex(attachmentName, true, "record, name", "")
		attachmentStates(c, "declared", "stored", "quarantined")
		c.Fields.RemoveByName("replaced")
	}); err != nil {
		return err
	}
	if err := alterMerging(app, "edits", func(c *core.Collection) { c.Fields.RemoveByName("row") }); err != nil {
		return err
	}
	if err := alterMerging(app, "forms", func(c *core.Collection) { c.RemoveIndex(formRevision) }); err != nil {
		return err
	}
	return alterMerging(app, "submissions", func(c *core.Collection) { c.RemoveIndex(heldUnknown) })
}

func alterMerging(app core.App, name string, how func(*core.Collection)) error {
	c, err := app.FindCollectionByNameOrId(name)
	if err != nil {
		return err
	}
	how(c)
	return app.Save(c)
}

func attachmentStates(c *core.Collection, values ...string) {
	if f, ok := c.Fields.GetByName("state").(*core.SelectField); ok {
		f.Values = values
	}
}
