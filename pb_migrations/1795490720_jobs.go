package pb_migrations

import (
	"github.com/pocketbase/pocketbase/core"
	m "github.com/pocketbase/pocketbase/migrations"
)

func init() {
	m.Register(addJobs, dropJobs)
}

// addJobs makes of the jobs of areas one table for all long work: exports, imports, decisions about many. What somebody
// asked for and what came of it is sealed. It is no collection: it is read by Doorstep's own routes alone.
func addJobs(app core.App) error {
	return execute(app,
		`DROP INDEX idx_area_jobs_status`, `DROP INDEX idx_area_jobs_created`,
		`ALTER TABLE area_jobs RENAME TO jobs`,
		`ALTER TABLE jobs ADD COLUMN kind TEXT NOT NULL DEFAULT 'reassign'`,
		`ALTER TABLE jobs ADD COLUMN area TEXT NOT NULL DEFAULT ''`,
		`ALTER TABLE jobs ADD COLUMN body TEXT NOT NULL DEFAULT ''`,
		`ALTER TABLE jobs ADD COLUMN sealed TEXT NOT NULL DEFAULT ''`,
		`ALTER TABLE jobs ADD COLUMN upload TEXT NOT NULL DEFAULT ''`,
		`ALTER TABLE jobs ADD COLUMN file TEXT NOT NULL DEFAULT ''`,
		`CREATE INDEX idx_jobs_status ON jobs (status, created)`,
		`CREATE INDEX idx_jobs_kind ON jobs (kind, id)`,
		`CREATE INDEX idx_jobs_by ON jobs (created_by, id)`,
		`CREATE INDEX idx_jobs_ended ON jobs (updated) WHERE kind!='reassign'`,
		`CREATE INDEX idx_jobs_files ON jobs (updated) WHERE file!='' OR upload!=''`,
	)
}

func dropJobs(app core.App) error {
	return execute(app,
		`DROP INDEX idx_jobs_status`, `DROP INDEX idx_jobs_kind`, `DROP INDEX idx_jobs_by`, `DROP INDEX idx_jobs_ended`, `DROP INDEX idx_jobs_files`, `DELETE FROM jobs WHERE kind!='reassign'`,
		`ALTER TABLE jobs DROP COLUMN kind`, `ALTER TABLE jobs DROP COLUMN area`, `ALTER TABLE jobs DROP COLUMN body`,
		`ALTER TABLE jobs DROP COLUMN sealed`, `ALTER TABLE jobs DROP COLUMN upload`, `ALTER TABLE jobs DROP COLUMN file`,
		`ALTER TABLE jobs RENAME TO area_jobs`,
		`CREATE INDEX idx_area_jobs_status ON area_jobs (status, created)`, `CREATE INDEX idx_area_jobs_created ON area_jobs (created)`,
	)
}
