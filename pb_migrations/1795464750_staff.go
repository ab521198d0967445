package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

// Managers make and change the accounts of their territory over REST; what they may give is decided in a hook, which
// sees the territory as a list.
func init() {
	m.Register(func(app core.App) error { return managedWorkers(app, rule(manager), rule(managerHere)) },
		func(app core.App) error { return managedWorkers(app, nil, nil) })
}

func managedWorkers(app core.App, create, change *string) error {
	c, err := app.FindCollectionByNameOrId("workers")
	if err != nil {
		return err
	}
	c.CreateRule, c.UpdateRule, c.ManageRule = create, change, change
	return app.Save(c)
}
