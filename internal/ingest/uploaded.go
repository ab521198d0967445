package ingest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/crash"
)

// Deliver notes that a worker's tablet brought the bytes of a file, whatever it is called and whether or not the
// submission that declares it has come. The store holds them already. Records that now have all their files are
// announced to the worker's tablets.
func Deliver(ctx context.Context, app core.App, sender Sender, f File, now time.Time) error {
	return collections.Write(ctx, app, func(db collections.DB) error {
		if err := collections.Files(app).Renew(f.SHA256); err != nil { // an erasure may have let go of it since it came
			return fmt.Errorf("file with digest %s: %w", f.SHA256, err)
		}
		if err := saveDelivery(db, sender, f, now); err != nil {
			return err
		}
		waiting, err := awaiting(db, sender.Actor.ID, f.SHA256)
		if err != nil {
			return err
		}
		if _, err := db.Exec(`UPDATE attachments SET state=?, size=?, mime=?, updated=? WHERE sha256=? AND worker=? AND state='declared'`,
			f.state(), f.Size, f.MIME, collections.Stamp(now), f.SHA256, sender.Actor.ID); err != nil {
			return fmt.Errorf("files with digest %s: %w", f.SHA256, err)
		}
		crash.At("file: in its transaction")
		for _, own := range waiting {
			if err := own.completed(db, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func saveDelivery(db collections.DB, sender Sender, f File, now time.Time) error {
	id, at := collections.NewID(), collections.Stamp(now)
	_, err := db.Exec(`INSERT INTO uploads (id, worker, device, sha256, size, mime, state, created, updated) VALUES (?,?,?,?,?,?,?,?,?)
		ON CONFLICT (worker, sha256) DO UPDATE SET device=excluded.device, updated=excluded.updated`,
		id, sender.Actor.ID, sender.Device, f.SHA256, f.Size, f.MIME, f.state(), at, at)
	if err != nil {
		return fmt.Errorf("note an upload: %w", err)
	}
	return nil
}

func awaiting(db collections.DB, worker, sha string) (owners []owner, err error) {
	return collections.All(db, `SELECT DISTINCT collection, record, area, worker FROM attachments
		WHERE sha256=? AND worker=? AND state='declared'`, []any{sha, worker}, func(rows *sql.Rows, own *owner) error {
		return rows.Scan(&own.collection, &own.record, &own.area, &own.worker)
	})
}

// completed announces the record if no file of it is missing any more.
func (own owner) completed(db collections.DB, now time.Time) error {
	if own.collection == "" {
		return nil
	}
	if err := own.recount(db); err != nil {
		return err
	}
	var rev int64
	whole, err := collections.One(db, `SELECT rev FROM "`+own.collection+`" WHERE id=? AND complete`, []any{own.record}, &rev)
	if err != nil || !whole {
		return err
	}
	return collections.Announce(db, collections.RevisionOf(own.collection, own.record, rev), collections.ToWorker(own.worker),
		collections.Upsert, now)
}

// Lacking tells which of these digests a worker still has to upload, in their order. What only others uploaded is
// lacking too, so that the answer tells nothing of their files.
func Lacking(db collections.DB, worker string, digests []string) ([]string, error) {
	if len(digests) == 0 {
		return []string{}, nil
	}
	marks, args := strings.TrimSuffix(strings.Repeat("?,", len(digests)), ","), []any{worker}
	for _, d := range digests {
		args = append(args, d)
	}
	here, err := collections.Map[string, bool](db, `SELECT sha256, TRUE FROM uploads WHERE worker=? AND sha256 IN (`+marks+`)
		UNION SELECT sha256, TRUE FROM attachments WHERE worker=? AND state!='declared'
		AND sha256 IN (`+marks+`)`, append(args, args...)...)
	lacking := []string{}
	for _, d := range digests {
		if !here[d] {
			lacking = append(lacking, d)
		}
	}
	return lacking, err
}
