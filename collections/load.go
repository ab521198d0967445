package collections

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// Loading is what Load lets its caller do.
type Loading struct {
	ctx  context.Context
	app  core.App
	conn *sql.Conn
}

// Load fills tables of a database that is being made and that nobody else writes to: their indexes are made after the rows,
// and until Load has returned a power cut may destroy the database. fill must write through its argument alone: Write would
// wait for the connection that Load holds. After an error the database is good for nothing. show is told how many of
// the indexes are made.
func Load(ctx context.Context, app core.App, tables []string, fill func(Loading) error, show func(done, total int)) error {
	pool, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return fmt.Errorf("load inside a transaction")
	}
	conn, err := pool.DB().Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	l := Loading{ctx, app, conn}
	// Ids are random: as long as the pages of their index stay in memory, a row costs no page that is read and written again.
	if err := l.each(`PRAGMA synchronous=OFF`, `PRAGMA cache_size=-320000`); err != nil {
		return err
	}
	indexes, err := l.dropIndexes(tables)
	if err == nil {
		err = fill(l)
	}
	for i, index := range indexes {
		if err == nil {
			show(i, len(indexes))
			err = l.each(index)
		}
	}
	if err != nil {
		return err
	}
	show(len(indexes), len(indexes))
	return l.each(`PRAGMA shrink_memory`, `PRAGMA cache_size=-32000`, `PRAGMA synchronous=FULL`,
		`PRAGMA wal_checkpoint(TRUNCATE)`)
}

// Hurry runs fn on a database that is being made: until it has returned, what fn has written is not waited for to be on the
// disk, and a power cut may destroy the database.
func Hurry(ctx context.Context, app core.App, fn func() error) error {
	each := func(statements ...string) error {
		for _, s := range statements {
			if _, err := app.NonconcurrentDB().NewQuery(s).WithContext(ctx).Execute(); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	}
	if err := each(`PRAGMA synchronous=OFF`, `PRAGMA cache_size=-256000`); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	return each(`PRAGMA synchronous=FULL`, `PRAGMA shrink_memory`, `PRAGMA cache_size=-32000`, `PRAGMA wal_checkpoint(TRUNCATE)`)
}

// Write runs fn in a transaction.
func (l Loading) Write(fn func(DB) error) error { return transact(l.ctx, l.app, l.conn, fn) }

func (l Loading) each(statements ...string) error {
	for _, s := range statements {
		if _, err := l.conn.ExecContext(l.ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// dropIndexes returns the statements that make them again. What a PRIMARY KEY or UNIQUE made stays.
func (l Loading) dropIndexes(tables []string) (again []string, err error) {
	var drop []string
	for _, table := range tables {
		rows, err := l.conn.QueryContext(l.ctx, `SELECT name, sql FROM sqlite_schema WHERE type='index' AND tbl_name=? AND sql IS NOT NULL
			ORDER BY name`, table)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var name, text string
			if err := rows.Scan(&name, &text); err != nil {
				rows.Close()
				return nil, err
			}
			drop, again = append(drop, `DROP INDEX "`+name+`"`), append(again, text)
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return again, l.each(drop...)
}
