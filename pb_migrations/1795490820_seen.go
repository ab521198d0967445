package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error { return execute(app, seenTable) },
		func(app core.App) error {
			return execute(app, `DROP TABLE audit_seen`, `DELETE FROM meta WHERE "key"='audit.seen'`)
		})
}

// seenTable tells in which rows of the audit trail an id stands. It comes empty: a server fills it beside its work, from the trail.
const seenTable = `CREATE TABLE audit_seen (id INTEGER NOT NULL PRIMARY KEY, rows BLOB NOT NULL)`
