package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(
		func(app core.App) error {
			return execute(app, `CREATE INDEX idx_area_job_skips_job ON area_job_skips (job)`)
		},
		func(app core.App) error { return execute(app, `DROP INDEX idx_area_job_skips_job`) },
	)
}
