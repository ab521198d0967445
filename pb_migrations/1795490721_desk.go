package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addDesk, dropDesk)
}

// addDesk keeps what a reviewer sets aside: queues by their filters, whose names are sealed, and records that somebody marks for
// themselves or for all who review there. They are no collections: only Doorstep's own routes read them.
func addDesk(app core.App) error {
	return execute(app,
		`CREATE TABLE saved_queues (id TEXT PRIMARY KEY NOT NULL, worker TEXT NOT NULL, name TEXT NOT NULL, filter TEXT NOT NULL, sealed TEXT NOT NULL DEFAULT '', created TEXT NOT NULL)`,
		`CREATE INDEX idx_saved_queues_worker ON saved_queues (worker, created)`,
		`CREATE TABLE record_flags (record TEXT NOT NULL, worker TEXT NOT NULL, collection TEXT NOT NULL, team BOOLEAN NOT NULL, created TEXT NOT NULL, PRIMARY KEY (record, worker)) WITHOUT ROWID`,
		`CREATE INDEX idx_record_flags_worker ON record_flags (worker, collection)`,
		`CREATE INDEX idx_record_flags_team ON record_flags (collection, record) WHERE team`,
	)
}

func dropDesk(app core.App) error {
	return execute(app, `DROP TABLE saved_queues`, `DROP TABLE record_flags`)
}
