package upload

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/blob"
)

// Spared is how long a file stays that nothing refers to: the submission may still be on its way.
const Spared = 24 * time.Hour

// named is every digest that something in the database refers to: attachments and files of forms, paradata, and
// what submissions declared, quarantined and superseded ones too, and files whose place another took. Uploads
// without a submission come last, because they are forgotten before their files are.
const named = `SELECT sha256 FROM attachments WHERE sha256!='' UNION SELECT sha256 FROM form_files UNION SELECT sha256 FROM paradata
	UNION SELECT json_extract(f.value,'$.sha256') FROM submissions s, json_each(s.files) f WHERE s.files NOT IN ('','null','[]')
	UNION SELECT json_extract(detail,'$.from') FROM audit WHERE action='attachment.replace'`

// Sweep removes unfinished uploads that have expired, and stored files that nothing has referred to for a day. It
// returns how many of the latter there were.
func Sweep(ctx context.Context, app core.App, now time.Time) (int, error) {
	if err := expire(folder(app), now.Add(-Lifetime)); err != nil {
		return 0, err
	}
	cutoff := now.Add(-Spared)
	if err := forget(ctx, app, cutoff); err != nil {
		return 0, err
	}
	refers, err := references(app)
	if err != nil {
		return 0, err
	}
	return blob.In(app.DataDir(), collections.KeysOf(app)).Drop(cutoff, func(sha string) bool { return refers[sha] })
}

// expire removes uploads whose last byte is older than that. What lacks one of its two files is a creation that was cut.
func expire(dir string, before time.Time) error {
	parts, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		return err
	}
	var failed error
	for _, path := range parts {
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
		_, err := db.Exec(`DELETE FROM uploads WHERE updated<? AND sha256 NOT IN (SELECT * FROM (`+named+`) WHERE sha256 IS NOT NULL)`, collections.Stamp(before))
		if err != nil {
			return fmt.Errorf("forget uploads: %w", err)
		}
		return nil
	})
}

func references(app core.App) (map[string]bool, error) {
	refers := map[string]bool{}
	err := collections.Each(collections.Read(app), named+` UNION SELECT sha256 FROM uploads`, nil, func(rows *sql.Rows) error {
		var sha sql.NullString
		err := rows.Scan(&sha)
		refers[sha.String] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("references to files: %w", err)
	}
	return refers, nil
}
