package retention

import (
	"context"
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
		found, err := named(e.db, sha)
		if err != nil {
			return err
		}
		if !found {
			e.files = append(e.files, sha)
		}
	}
	return nil
}

// named reports whether anything refers to a file.
func named(db collections.DB, sha string) (bool, error) {
	var one int
	found, err := collections.One(db, stillNamed, []any{sha, sha, sha}, &one)
	if err != nil {
		return false, fmt.Errorf("who names a file: %w", err)
	}
	return found, nil
}

// dropFiles removes the bytes of files that were unnamed, and the old pages that SQLite keeps beside the database. What was sent
// again since the erasure began stays.
func (e *eraser) dropFiles(ctx context.Context, app core.App) error {
	failed := collections.Write(context.WithoutCancel(ctx), app, func(db collections.DB) (failed error) {
		for _, sha := range e.files {
			found, err := named(db, sha)
			if err == nil && !found {
				err = collections.Files(app).Remove(sha, e.began)
			}
			failed = errors.Join(failed, err)
		}
		return failed
	})
	_, err := app.NonconcurrentDB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	return errors.Join(failed, err)
}
