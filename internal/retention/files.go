package retention

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/job"
)

const stillNamed = `SELECT 1 FROM attachments WHERE sha256=? UNION ALL SELECT 1 FROM form_files WHERE sha256=? UNION ALL SELECT 1
	FROM paradata WHERE sha256=?`

// unnamed leaves of the files of what was erased those that nothing refers to any more. Those of jobs that have ended go with them:
// who was forgotten may stand in what a job was given or has made, and an export can be made again.
func (e *eraser) unnamed() error {
	ofJobs, err := job.ForgetFiles(e.db)
	if err != nil {
		return err
	}
	all := append(e.files, ofJobs...)
	slices.Sort(all)
	e.files = nil
	for _, sha := range slices.Compact(all) {
		var used int
		found, err := collections.One(e.db, stillNamed, []any{sha, sha, sha}, &used)
		if err != nil {
			return fmt.Errorf("who names a file: %w", err)
		}
		if !found {
			e.files = append(e.files, sha)
		}
	}
	return nil
}

// dropFiles removes the bytes of files that were unnamed, and the old pages that SQLite keeps beside the database. What was sent
// again since the erasure began stays.
func (e *eraser) dropFiles(app core.App) error {
	var failed error
	for _, sha := range e.files {
		failed = errors.Join(failed, collections.Files(app).Remove(sha, e.began))
	}
	_, err := app.NonconcurrentDB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	return errors.Join(failed, err)
}
