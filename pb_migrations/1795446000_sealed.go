package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addSealed, dropSealed)
}

// sealedTables get a column for what is enciphered of their rows. The server seals the rows that are there when it
// starts. Columns that hold keyed hashes from then on are nobody's to read.
var sealedTables = map[string][]string{
	"persons": {"name_key", "id_key"}, "households": {"address_key"},
	"submissions": nil, "edits": nil, "reviews": nil, "tasks": nil, "duplicates": nil, "paradata": nil,
}

const mostSealed = 32 << 20

func addSealed(app core.App) error {
	return eachSealed(app, func(c *core.Collection) {
		at := max(len(c.Fields)-2, 0) // before created and updated
		c.Fields.AddAt(at, secretText("sealed", "加密保存的内容 · what is sealed of this row", mostSealed))
		hideKeys(c, true)
	})
}

func dropSealed(app core.App) error {
	return eachSealed(app, func(c *core.Collection) {
		c.Fields.RemoveByName("sealed")
		hideKeys(c, false)
	})
}

func hideKeys(c *core.Collection, hidden bool) {
	for _, name := range sealedTables[c.Name] {
		if f := c.Fields.GetByName(name); f != nil {
			f.SetHidden(hidden)
		}
	}
}

// eachSealed changes the tables above and those of forms: a form's own has a review state, a repeat's belongs to one.
func eachSealed(app core.App, change func(*core.Collection)) error {
	all, err := app.FindAllCollections(core.CollectionTypeBase)
	if err != nil {
		return err
	}
	for _, c := range all {
		_, listed := sealedTables[c.Name]
		_, repeat := c.Fields.GetByName("visit").(*core.RelationField)
		if !listed && !repeat && c.Fields.GetByName("review_state") == nil {
			continue
		}
		change(c)
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
