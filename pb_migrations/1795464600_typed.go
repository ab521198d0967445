package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(sealTyped, unsealTyped)
}

// typedTables hold what somebody typed: names of files, tablets and apps, and reasons. The server seals the rows that are
// there when it starts.
var typedTables = []string{"access_grants", "app_tokens", "devices"}

func sealTyped(app core.App) error {
	if err := renameField(app, "devices", "sealed", "handed_in"); err != nil {
		return err
	}
	for _, name := range typedTables {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return err
		}
		at := max(len(c.Fields)-2, 0) // before created and updated
		c.Fields.AddAt(at, secretText("sealed", "加密保存的内容 · what is sealed of this row", mostSealed))
		if err := app.Save(c); err != nil {
			return err
		}
	}
	// The names of declared files stand sealed with the attachments and in the raw submission.
	_, err := app.DB().NewQuery(`UPDATE submissions SET files=(SELECT json_group_array(json_set(f.value,'$.name','')) FROM json_each(submissions.files) f)
		WHERE json_valid(files) AND json_type(files)='array' AND files!='[]'`).Execute()
	return err
}

func unsealTyped(app core.App) error {
	for _, name := range typedTables {
		c, err := app.FindCollectionByNameOrId(name)
		if err != nil {
			return err
		}
		c.Fields.RemoveByName("sealed")
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return renameField(app, "devices", "handed_in", "sealed")
}

func renameField(app core.App, table, from, to string) error {
	c, err := app.FindCollectionByNameOrId(table)
	if err != nil {
		return err
	}
	if f := c.Fields.GetByName(from); f != nil {
		f.SetName(to)
	}
	return app.Save(c)
}
