package pb_migrations

import (
	"fmt"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(sealNamesOfFiles, unsealNamesOfFiles)
}

// sealNamesOfFiles makes room for the sealed names of attachments: the server seals those that are there when it starts. The
// history names a replaced file by its id from now on, and findings forget names that a tablet made up.
func sealNamesOfFiles(app core.App) error {
	_, err := app.DB().NewQuery(`UPDATE edits SET field='@files/' || COALESCE((SELECT a.id FROM attachments a
		WHERE a.record=edits.record AND a.name=substr(edits.field, 8) AND a.replaced=TRUE LIMIT 1), '') WHERE field LIKE '@files/%'`).Execute()
	if err != nil {
		return err
	}
	if err := forgetMadeUpNames(app); err != nil {
		return err
	}
	c, err := app.FindCollectionByNameOrId("attachments")
	if err != nil {
		return err
	}
	c.Fields.AddAt(max(len(c.Fields)-2, 0), secretText("sealed", "加密保存的内容 · what is sealed of this row", mostSealed)) // before created and updated
	return app.Save(c)
}

func forgetMadeUpNames(app core.App) error {
	tables := []string{"tasks"}
	var forms []string
	if err := app.DB().NewQuery(`SELECT DISTINCT f.tablename FROM forms f JOIN sqlite_master s ON s.name=f.tablename AND s.type='table'`).Column(&forms); err != nil {
		return err
	}
	for _, table := range append(tables, forms...) {
		_, err := app.DB().NewQuery(fmt.Sprintf(`UPDATE {{%s}} SET issues=(SELECT json_group_array(CASE
			WHEN json_extract(i.value,'$.code') IN ('answer.unknown','answer.too_many','logic.unknown_element') OR json_extract(i.value,'$.field') LIKE 'meta/%%' THEN json_set(i.value,'$.field','') ELSE json(i.value) END)
			FROM json_each(issues) i)
			WHERE json_valid(issues) AND (issues LIKE '%%"answer.unknown"%%' OR issues LIKE '%%"answer.too_many"%%' OR issues LIKE '%%"logic.unknown_element"%%' OR issues LIKE '%%"meta/%%')`, table)).Execute()
		if err != nil {
			return fmt.Errorf("issues of %s: %w", table, err)
		}
	}
	return nil
}

// unsealNamesOfFiles takes the room away; what was sealed in it goes with it.
func unsealNamesOfFiles(app core.App) error {
	c, err := app.FindCollectionByNameOrId("attachments")
	if err != nil {
		return err
	}
	c.Fields.RemoveByName("sealed")
	return app.Save(c)
}
