package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/disk"
)

// spared is how long a file stays that nothing refers to: the submission may still be on its way.
const spared = 24 * time.Hour

// Sweep removes unfinished uploads that have expired, and stored files that nothing has referred to for a day. It
// returns how many of the latter there were.
func Sweep(ctx context.Context, app core.App, now time.Time) (int, error) {
	if err := expire(folder(app), now.Add(-lifetime)); err != nil {
		return 0, err
	}
	cutoff := now.Add(-spared)
	if err := forget(ctx, app, cutoff); err != nil {
		return 0, err
	}
	work, err := workFolder(app)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(work)
	refers, err := Refer(collections.Read(app), work)
	if err != nil {
		return 0, err
	}
	known := lookup{in: refers}
	dropped, err := collections.Files(app).Drop(cutoff, known.has)
	return dropped, errors.Join(err, known.err)
}

// workFolder makes a folder beside the files, in place of one that an earlier run of the server left.
func workFolder(app core.App) (string, error) {
	work := filepath.Join(filepath.Dir(folder(app)), "sweep")
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	return work, os.MkdirAll(work, 0o700)
}

// expire removes uploads whose last byte is older than that. What lacks one of its two files is a creation that was cut.
func expire(dir string, before time.Time) error {
	var failed error
	for _, path := range disk.Glob(dir, "*/*") {
		if filepath.Ext(path) == ".info" {
			part := path[:len(path)-len(".info")]
			if _, err := os.Stat(part); err == nil {
				continue // goes with its bytes
			}
		}
		if info, err := os.Stat(path); err == nil && info.ModTime().Before(before) {
			failed = errors.Join(failed, drop(path))
		}
	}
	return failed
}

// forget takes back that a worker has brought a file, if nothing ever named it; the tablet would bring it again.
func forget(ctx context.Context, app core.App, before time.Time) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		_, err := db.Exec(`DELETE FROM uploads WHERE updated<? AND sha256 NOT IN (SELECT sha256 FROM (`+named+`) WHERE sha256 IS NOT NULL)`,
			collections.Stamp(before))
		if err != nil {
			return fmt.Errorf("forget uploads: %w", err)
		}
		return nil
	})
}
