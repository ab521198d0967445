package sealing

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/blob"
	"doorstep/internal/instrument"
	"doorstep/internal/seal"
)

// Everything seals all rows anew, blind indexes included, and notes under which index key. When rows lay in clear, what
// they left behind in free pages and in the log of the database is overwritten, and uploads in clear are forgotten. Nobody may work with
// the database meanwhile.
func Everything(ctx context.Context, app core.App, library *instrument.Library, progress Progress) error {
	keys := collections.KeysOf(app)
	clear, err := Rows(ctx, app, library, true, progress)
	if err != nil {
		return err
	}
	if clear > 0 {
		if err := Scrub(app); err != nil {
			return err
		}
		if err := os.RemoveAll(blob.Uploads(app.DataDir())); err != nil { // tablets begin them anew
			return fmt.Errorf("remove unfinished uploads: %w", err)
		}
	}
	files, err := blob.In(app.DataDir(), keys).Count()
	if err != nil {
		return err
	}
	if err := noteLookups(ctx, app, keys); err != nil {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error {
		if clear == 0 && len(files) == 0 { // a new database: there is nothing left for Reseal
			if err := collections.SetMeta(db, doneKey, keys.Primary()); err != nil {
				return err
			}
		}
		return collections.SetMeta(db, indexKey, indexedBy(keys))
	})
}

// Scrub writes the database anew: SQLite leaves what was in a page until it is needed again. Nobody may work with it meanwhile.
func Scrub(app core.App) error {
	for _, statement := range []string{`VACUUM`, `PRAGMA wal_checkpoint(TRUNCATE)`} {
		pool, ok := app.NonconcurrentDB().(*dbx.DB)
		if !ok {
			return fmt.Errorf("%s inside a transaction", statement)
		}
		if _, err := pool.NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// Reseal seals with the primary key what another one sealed, rows and files, and last the marker. It goes on while the
// server works, and where it was stopped it may be begun again.
func Reseal(ctx context.Context, app core.App, library *instrument.Library, progress Progress) error {
	keys := collections.KeysOf(app)
	if !keys.Sealing() {
		return nil
	}
	if _, err := Rows(ctx, app, library, false, progress); err != nil {
		return err
	}
	files := func(seen, sealed int) {
		if progress != nil {
			progress("attachments/", seen, sealed)
		}
	}
	if _, err := blob.In(app.DataDir(), keys).Reseal(ctx, files); err != nil {
		return err
	}
	if err := mark(ctx, app, keys); err != nil {
		return err
	}
	return collections.Write(ctx, app, func(db collections.DB) error { return collections.SetMeta(db, doneKey, keys.Primary()) })
}

// Done reports whether everything that was there when the primary key came has been sealed with it.
func Done(app core.App) (bool, error) {
	id, err := collections.MetaValue(collections.Read(app), doneKey)
	return id == collections.KeysOf(app).Primary(), err
}

// Count is how much of a table, or of the files, each key has sealed.
type Count struct {
	Table string
	Keys  map[string]int // by id of the key
}

// Status counts what each key has sealed; rows with nothing to seal are not counted.
func Status(app core.App, library *instrument.Library) ([]Count, error) {
	var all []Count
	db := collections.Read(app)
	for _, t := range tables(library) {
		c, err := countRows(db, t.name)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	files, err := collections.Files(app).Count()
	return append(all, Count{"attachments/", files}), err
}

func countRows(db collections.DB, table string) (Count, error) {
	c := Count{table, map[string]int{}}
	err := collections.Each(db, `SELECT substr(sealed,1,?), COUNT(*) FROM "`+table+`" WHERE sealed!=''
		GROUP BY 1`, []any{len(seal.PrefixOf("00000000"))}, func(rows *sql.Rows) error {
		var prefix string
		var n int
		if err := rows.Scan(&prefix, &n); err != nil {
			return err
		}
		id, _ := seal.KeyOf(prefix)
		c.Keys[id] = n
		return nil
	})
	return c, err
}
