package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(placeTablets, func(core.App) error { return nil })
}

// placeTablets puts the tablets and tokens of workers who were given another territory where their workers are.
func placeTablets(app core.App) error {
	for _, table := range []string{"devices", "app_tokens"} {
		if _, err := app.DB().NewQuery(`UPDATE ` + table + ` SET area=(SELECT w.area FROM workers w WHERE w.id=worker)
			WHERE area!=(SELECT w.area FROM workers w WHERE w.id=worker)`).Execute(); err != nil {
			return err
		}
	}
	return nil
}
