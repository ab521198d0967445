package collections

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/seal"
)

// DB runs SQL with ? parameters. Inside Write it is a transaction, inside a record hook it is
// PocketBase's own transaction, and Read gives one for queries alone; so each stage's SQL stands once.
type DB interface {
	Exec(query string, args ...any) (sql.Result, error)
	Query(query string, args ...any) (*sql.Rows, error)
	Keys() *seal.Keys // of the sealed columns; nil before UseKeys
}

// Write runs fn in one transaction on the single writer connection and commits unless fn fails or ctx ends. Nothing in
// fn may use app: it would wait for the connection that fn holds.
func Write(ctx context.Context, app core.App, fn func(DB) error) error {
	if app.IsTransactional() {
		return errors.New("collections.Write inside a transaction: use From(app)")
	}
	pool, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("collections.Write: unknown database type")
	}
	conn, err := pool.DB().Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer conn.Close()
	if err := conn.Raw(makeRoom); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	return transact(ctx, app, conn, fn)
}

func transact(ctx context.Context, app core.App, conn *sql.Conn, fn func(DB) error) error {
	// Not with ctx: its end would roll back behind the back of the statements, which would then run outside of it.
	tx, err := conn.BeginTx(context.Background(), nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // no effect after Commit
	w := &writeTx{ctx: ctx, conn: conn, here: map[string]*sql.Stmt{}, writes: map[string]*statement{}, texts: textsOf(app), keys: KeysOf(app)}
	defer w.close()
	if err := fn(w); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

func makeRoom(conn any) error {
	if own, ok := conn.(*connection); ok {
		return own.makeRoom(context.Background())
	}
	return nil // a database that Connect did not open
}

// Read gives queries on the reader pool; it sees what is committed.
func Read(app core.App) DB {
	pool, ok := app.ConcurrentDB().(*dbx.DB)
	if w, bound := app.(within); bound && ok {
		return boundReaders{pool.DB(), w.ctx, KeysOf(app)}
	}
	if ok {
		return readers{pool.DB(), KeysOf(app)} // not through dbx, which looks for its own parameters in every query
	}
	return builderDB{app.ConcurrentDB(), KeysOf(app)}
}

// Of gives queries on a database that no app has open, such as a copy.
func Of(pool *dbx.DB, keys *seal.Keys) DB { return readers{pool.DB(), keys} }

// readers is the reader pool with the keys of what is sealed.
type readers struct {
	*sql.DB
	keys *seal.Keys
}

func (r readers) Keys() *seal.Keys { return r.keys }

// From gives the transaction that app is in, as record hooks need it. It fails outside of one, because looking for a
// duplicate and then inserting is only safe where writes take turns.
func From(app core.App) (DB, error) {
	if !app.IsTransactional() {
		return nil, errors.New("collections.From outside a transaction")
	}
	return builderDB{app.NonconcurrentDB(), KeysOf(app)}, nil
}

// writeTx runs statements on the connection rather than in the sql.Tx, which would start a goroutine for each query. What gives
// no rows goes to the driver itself, with arguments that are used again: database/sql makes some of its own for each run.
type writeTx struct {
	ctx    context.Context
	conn   *sql.Conn
	here   map[string]*sql.Stmt
	writes map[string]*statement
	args   []driver.NamedValue
	texts  *texts
	keys   *seal.Keys
}

func (w *writeTx) Keys() *seal.Keys { return w.keys }

func (w *writeTx) stmt(query string) (*sql.Stmt, error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	if st := w.here[query]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.here[query] = st
	return st, nil
}

func (w *writeTx) close() {
	for _, st := range w.here {
		st.Close() // back to its connection
	}
	for _, st := range w.writes {
		st.Close()
	}
}

func (w *writeTx) Exec(query string, args ...any) (result sql.Result, err error) {
	if err := w.ctx.Err(); err != nil {
		return nil, err
	}
	err = w.conn.Raw(func(conn any) error {
		st, err := w.write(conn, query)
		if st == nil || err != nil {
			return err
		}
		if err := w.bind(args); err != nil {
			return err
		}
		result, err = st.ExecContext(context.Background(), w.args)
		clear(w.args)
		return err
	})
	if result != nil || err != nil {
		return result, err
	}
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.Exec(args...)
}

// write is the driver's statement; nil where the connection keeps none, because Connect did not open it or it keeps enough.
func (w *writeTx) write(conn any, query string) (*statement, error) {
	if st := w.writes[query]; st != nil {
		return st, nil
	}
	own, ok := conn.(*connection)
	if !ok || !worthKeeping(query) || w.here[query] != nil {
		return nil, nil
	}
	prepared, err := own.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	st, kept := prepared.(*statement)
	if !kept {
		return nil, prepared.Close()
	}
	w.writes[query] = st
	return st, nil
}

// bind makes the driver's arguments.
func (w *writeTx) bind(args []any) (err error) {
	w.args = slices.Grow(w.args[:0], len(args))[:len(args)]
	for i, v := range args {
		at := &w.args[i]
		at.Ordinal = i + 1
		switch v := v.(type) {
		case nil, string, int64, float64, bool, []byte:
			at.Value = v
		case int:
			at.Value = int64(v)
		default:
			if at.Value, err = driver.DefaultParameterConverter.ConvertValue(v); err != nil {
				return fmt.Errorf("argument %d: %w", i+1, err)
			}
		}
	}
	return nil
}

func (w *writeTx) Query(query string, args ...any) (*sql.Rows, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.Query(args...)
}

// builderDB runs the same SQL through dbx, which only knows named parameters.
type builderDB struct {
	b    dbx.Builder
	keys *seal.Keys
}

func (d builderDB) Keys() *seal.Keys { return d.keys }

func (d builderDB) Exec(query string, args ...any) (sql.Result, error) {
	return d.named(query, args).Execute()
}

func (d builderDB) Query(query string, args ...any) (*sql.Rows, error) {
	rows, err := d.named(query, args).Rows()
	if err != nil {
		return nil, err
	}
	return rows.Rows, nil
}

func (d builderDB) named(query string, args []any) *dbx.Query {
	params := make(dbx.Params, len(args))
	var b strings.Builder
	for i := 0; ; i++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			break
		}
		name := "p" + strconv.Itoa(i)
		b.WriteString("{:" + name + "}")
		params[name] = args[i]
		query = after
	}
	return d.b.NewQuery(b.String()).Bind(params)
}

// PageBytes bounds what a page of a list holds, but for its last item: a row of what tablets sent may be as long as a push.
const PageBytes = 4 << 20

// ReadPage reads one item after the other, n at most and until they are PageBytes together. read returns an item and its size in bytes. A
// list of long rows finds the ids of a page first and reads its items so.
func ReadPage[T any](n int, read func(i int) (item T, size int, err error)) ([]T, error) {
	page := []T{}
	for size := 0; len(page) < n && size < PageBytes; {
		item, long, err := read(len(page))
		if err != nil {
			return page, err
		}
		page, size = append(page, item), size+long
	}
	return page, nil
}

// JSON returns what a column keeps of a value. It panics where there is none: texts, whole numbers and truths, and lists, maps and
// structs of them, always have one.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// JSONList writes values as json_each reads them; [] for none.
func JSONList[T ~string | int | int64](values []T) string {
	if len(values) == 0 {
		return "[]"
	}
	return JSON(values)
}

// One scans the first row into dest and reports whether there was one. Where a query orders the few rows that match, it
// should have no LIMIT: with one, SQLite opens a temporary table for the order, which costs more than sorting them all.
func One(db DB, query string, args []any, dest ...any) (bool, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	if err := rows.Scan(dest...); err != nil {
		return false, err
	}
	return true, rows.Close()
}

// Each calls scan for every row.
func Each(db DB, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := db.Query(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// All returns what read makes of each row, in their order; without rows an empty list, never nil. It leaves no row out: to read some of
// them use Each.
func All[T any](db DB, query string, args []any, read func(*sql.Rows, *T) error) ([]T, error) {
	all := []T{}
	err := Each(db, query, args, func(rows *sql.Rows) error {
		var one T
		err := read(rows, &one)
		all = append(all, one)
		return err
	})
	return all, err
}

// Column returns the values of a query of one column, as All does.
func Column[T any](db DB, query string, args ...any) ([]T, error) {
	return All(db, query, args, func(rows *sql.Rows, value *T) error { return rows.Scan(value) })
}

// Map returns the second column of a query by the first. Of rows with one key it returns the last.
func Map[K comparable, V any](db DB, query string, args ...any) (map[K]V, error) {
	all := map[K]V{}
	err := Each(db, query, args, func(rows *sql.Rows) error {
		var key K
		var value V
		err := rows.Scan(&key, &value)
		all[key] = value
		return err
	})
	return all, err
}
