package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addTaskJoins, dropTaskJoins)
}

// addTaskJoins notes which tasks were called off because another one asks for the same household, so that they can be asked again
// when two households that were said to be one are not. It is no collection.
func addTaskJoins(app core.App) error {
	return execute(app, `CREATE TABLE task_joins (task TEXT NOT NULL PRIMARY KEY, other TEXT NOT NULL)`)
}

func dropTaskJoins(app core.App) error { return execute(app, `DROP TABLE task_joins`) }
