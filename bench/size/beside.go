package main

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"time"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/instrument"
	"doorstep/internal/retention"
)

// forgetTablets takes back what earlier runs gave to the worker, who may have no more of them in the end. A city that is made gives one
// to each.
func forgetTablets(ctx context.Context, dir string) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, "data.db"))
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `UPDATE devices SET revoked=TRUE WHERE NOT revoked AND id!=? AND worker IN
		(SELECT worker FROM devices WHERE NOT revoked GROUP BY worker HAVING COUNT(*)>2)`, sameTablet)
	return errors.Join(err, db.Close())
}

// open opens the folder while no server runs, and leaves policies of retention in it.
func (v *visitor) open(ctx context.Context) error {
	v.beside = core.NewBaseApp(core.BaseAppConfig{DataDir: v.dir, DBConnect: collections.Connect})
	if err := v.beside.Bootstrap(); err != nil {
		return err
	}
	v.library = instrument.NewLibrary()
	if err := v.library.Refresh(v.beside); err != nil {
		return err
	}
	return collections.Write(ctx, v.beside, func(db collections.DB) error {
		for _, of := range []string{collections.Submissions, "child_visits"} {
			if _, err := db.Exec(`INSERT OR IGNORE INTO retention_policies (id, collection, campaign, days, active) VALUES (?,?,'',3650,1)`,
				"bench"+of[:8], of); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle returns when the server has counted what visits have changed, before which some lists are dearer to read.
func (v *visitor) settle(ctx context.Context) error {
	return until(ctx, func() (bool, error) {
		var one int
		left, err := collections.One(collections.Read(v.beside), `SELECT 1 FROM coverage_stale LIMIT 1`, nil, &one)
		return !left, err
	})
}

// settleStart returns when the server has counted what is needed in the city. It does so beside its start, and takes a
// processor from whatever is asked meanwhile.
func (v *visitor) settleStart(ctx context.Context) error {
	counted := v.get(&v.whole, "/api/doorstep/v1/needs/counts")
	return until(ctx, func() (bool, error) {
		_, err := counted(ctx)
		return err == nil, nil // the first call may be cut while it waits
	})
}

// until returns when something is done, or after longestSettling: lists are then measured with what is left. It fails with
// the error of done, and when ctx ends.
func until(ctx context.Context, done func() (bool, error)) error {
	for began := time.Now(); time.Since(began) < longestSettling; {
		if yes, err := done(); yes || err != nil {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

const longestSettling = 3 * time.Minute

// report counts what is due by the policies, which is nothing, as a job does every night.
func (v *visitor) report(ctx context.Context) (int, error) {
	return 1, retention.Report(ctx, v.beside, v.library, time.Now())
}

// bringNews tells of people of the whole city once more, some of them in the worker's grids.
func (v *visitor) bringNews(db collections.DB) error {
	type told struct {
		id, area string
		rev      int64
	}
	var all []told
	scan := func(rows *sql.Rows) error {
		var t told
		err := rows.Scan(&t.id, &t.area, &t.rev)
		all = append(all, t)
		return err
	}
	if err := collections.Each(db, `SELECT id, area, rev FROM persons ORDER BY id LIMIT ?`, []any{news - ownNews}, scan); err != nil {
		return err
	}
	mine := 0
	for id := range v.tablet.Copy.Records[collections.Persons] {
		if mine++; mine > ownNews {
			break
		}
		if err := collections.Each(db, `SELECT id, area, rev FROM persons WHERE id=?`, []any{id}, scan); err != nil {
			return err
		}
	}
	for _, t := range all {
		if err := collections.Announce(db, collections.RevisionOf(collections.Persons, t.id, t.rev+1), t.area, collections.Upsert,
			time.Now()); err != nil {
			return err
		}
	}
	return nil
}
