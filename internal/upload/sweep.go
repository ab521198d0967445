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
)

// Spared is how long a file stays that nothing refers to: the submission may still be on its way.
const Spared = 24 * time.Hour

// named is every digest that something in the database refers to, and whether its file has to be here: attachments and
// files of forms, paradata, and what submissions declared, quarantined and superseded ones too, and files whose place
// another took. Uploads without a submission come last, because they are forgotten before their files are.
const named = `SELECT sha256, state!='declared' AS here FROM attachments WHERE sha256!='' UNION ALL SELECT sha256, 1 FROM form_files UNION ALL SELECT sha256, 1 FROM paradata
	UNION ALL SELECT json_extract(f.value,'$.sha256'), 0 FROM submissions s, json_each(s.files) f WHERE s.files NOT IN ('','null','[]')
	UNION ALL SELECT json_extract(detail,'$.from'), 0 FROM audit WHERE action='attachment.replace'`

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
	return collections.Files(app).Drop(cutoff, func(sha string) bool { return refers[sha] })
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
		_, err := db.Exec(`DELETE FROM uploads WHERE updated<? AND sha256 NOT IN (SELECT sha256 FROM (`+named+`) WHERE sha256 IS NOT NULL)`, collections.Stamp(before))
		if err != nil {
			return fmt.Errorf("forget uploads: %w", err)
		}
		return nil
	})
}

func references(app core.App) (map[string]bool, error) {
	refers := map[string]bool{}
	err := References(collections.Read(app), func(sha string, _ bool) error {
		refers[sha] = true
		return nil
	})
	return refers, err
}

// References calls each with every digest that the database refers to, once, and whether its file has to be in the
// store: one that a tablet has only announced need not.
func References(db collections.DB, each func(sha string, here bool) error) error {
	query := `SELECT sha256, MAX(here) FROM (` + named + ` UNION ALL SELECT sha256, 1 FROM uploads) WHERE sha256 IS NOT NULL GROUP BY sha256`
	err := collections.Each(db, query, nil, func(rows *sql.Rows) error {
		var sha string
		var here bool
		if err := rows.Scan(&sha, &here); err != nil {
			return err
		}
		return each(sha, here)
	})
	if err != nil {
		return fmt.Errorf("references to files: %w", err)
	}
	return nil
}
