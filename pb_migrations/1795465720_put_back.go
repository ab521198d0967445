package pb_migrations

import (
	"slices"

	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addPutBack, dropPutBack)
}

// putBackValues are the choices that tell of answers which a check differed with: those that stand, and those that a
// reviewer put back.
var putBackValues = []struct {
	collection, field string
	values            []string
}{
	{"edits", "status", []string{"kept", "put_back"}},
	{"reviews", "decision", []string{"put_back"}},
}

func addPutBack(app core.App) error {
	return choicesOfPutBack(app, func(have, more []string) []string { return append(have, more...) })
}

func dropPutBack(app core.App) error {
	return choicesOfPutBack(app, func(have, more []string) []string {
		return slices.DeleteFunc(have, func(v string) bool { return slices.Contains(more, v) })
	})
}

func choicesOfPutBack(app core.App, change func(have, more []string) []string) error {
	for _, p := range putBackValues {
		c, err := app.FindCollectionByNameOrId(p.collection)
		if err != nil {
			return err
		}
		if field, ok := c.Fields.GetByName(p.field).(*core.SelectField); ok {
			field.Values = change(field.Values, p.values)
		}
		if err := app.Save(c); err != nil {
			return err
		}
	}
	return nil
}
