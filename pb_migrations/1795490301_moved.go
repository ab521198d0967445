package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(func(app core.App) error {
		return execute(app, `CREATE INDEX idx_area_moves_moved ON area_moves (moved, collection, record)`)
	}, func(app core.App) error { return execute(app, `DROP INDEX idx_area_moves_moved`) })
}
