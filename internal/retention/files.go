package retention

import (
	"errors"
	"slices"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

const stillNamed = `SELECT 1 FROM attachments WHERE sha256=? UNION ALL SELECT 1 FROM form_files WHERE sha256=? UNION ALL SELECT 1
	FROM paradata WHERE sha256=?`

// dropFiles removes the bytes that nothing refers to any more, and the old pages that SQLite keeps beside the database.
func (e *eraser) dropFiles(app core.App) error {
	slices.Sort(e.files)
	var failed error
	for _, sha := range slices.Compact(e.files) {
		var used int
		found, err := collections.One(collections.Read(app), stillNamed, []any{sha, sha, sha}, &used)
		if err == nil && !found {
			err = collections.Files(app).Remove(sha)
		}
		failed = errors.Join(failed, err)
	}
	_, err := app.NonconcurrentDB().NewQuery(`PRAGMA wal_checkpoint(TRUNCATE)`).Execute()
	return errors.Join(failed, err)
}
