package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(indexOutcomesOfWorkers, func(app core.App) error {
		return execute(app, `DROP INDEX idx_coverage_finals_worker`)
	})
}

// indexOutcomesOfWorkers lets the outcomes of a city be read worker by worker. They are told apart at the level of communities alone.
func indexOutcomesOfWorkers(app core.App) error {
	return execute(app, `CREATE INDEX idx_coverage_finals_worker ON coverage_finals (records, worker, area, campaign, version, code, cases)
		WHERE level=3`)
}
