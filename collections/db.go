package collections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
)

// DB runs SQL with ? parameters. Inside Write it is a transaction with prepared statements, inside a record hook it is
// PocketBase's own transaction, and Read gives one for queries alone; so each stage's SQL stands once.
type DB interface {
	Exec(query string, args ...any) (sql.Result, error)
	Query(query string, args ...any) (*sql.Rows, error)
}

// Write runs fn in one transaction on the single writer connection and commits unless fn fails. Nothing in fn may use
// app: it would wait for the connection that fn holds. Statements are prepared once per process.
func Write(ctx context.Context, app core.App, fn func(DB) error) error {
	if app.IsTransactional() {
		return errors.New("collections.Write inside a transaction: use From(app)")
	}
	pool, ok := app.NonconcurrentDB().(*dbx.DB)
	if !ok {
		return errors.New("collections.Write: unknown database type")
	}
	cache := statementsOf(app)
	cache.prepareWanted(pool.DB())
	tx, err := pool.DB().BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() // no effect after Commit
	if err := fn(&writeTx{tx: tx, cache: cache}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// Read gives queries on the reader pool; it sees what is committed.
func Read(app core.App) DB { return builderDB{app.ConcurrentDB()} }

// From gives the transaction that app is in, as record hooks need it. It fails outside of one, because looking for a
// duplicate and then inserting is only safe where writes take turns.
func From(app core.App) (DB, error) {
	if !app.IsTransactional() {
		return nil, errors.New("collections.From outside a transaction")
	}
	return builderDB{app.NonconcurrentDB()}, nil
}

type statements struct {
	mu     sync.Mutex
	ready  map[string]*sql.Stmt
	wanted map[string]bool
}

func statementsOf(app core.App) *statements {
	return app.Store().GetOrSet("doorstep.statements", func() any {
		return &statements{ready: map[string]*sql.Stmt{}, wanted: map[string]bool{}}
	}).(*statements)
}

// prepareWanted prepares what earlier transactions asked for. It must run outside a transaction, because preparing on
// the pool needs the writer connection, and without the lock, because the transaction that holds the connection takes it.
func (s *statements) prepareWanted(db *sql.DB) {
	s.mu.Lock()
	wanted := slices.Collect(maps.Keys(s.wanted))
	clear(s.wanted)
	s.mu.Unlock()
	for _, q := range wanted {
		st, err := db.Prepare(q)
		if err != nil {
			continue // the next transaction that needs it will tell
		}
		s.mu.Lock()
		if s.ready[q] == nil {
			s.ready[q], st = st, nil
		}
		s.mu.Unlock()
		if st != nil {
			st.Close() // another transaction was faster
		}
	}
}

func (s *statements) get(query string) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.ready[query]
	if st == nil {
		s.wanted[query] = true
	}
	return st
}

type writeTx struct {
	tx    *sql.Tx
	cache *statements
	here  map[string]*sql.Stmt
}

func (w *writeTx) stmt(query string) (*sql.Stmt, error) {
	if st := w.here[query]; st != nil {
		return st, nil
	}
	var st *sql.Stmt
	if shared := w.cache.get(query); shared != nil {
		st = w.tx.Stmt(shared)
	} else {
		var err error
		if st, err = w.tx.Prepare(query); err != nil {
			return nil, err
		}
	}
	if w.here == nil {
		w.here = map[string]*sql.Stmt{}
	}
	w.here[query] = st
	return st, nil
}

func (w *writeTx) Exec(query string, args ...any) (sql.Result, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.Exec(args...)
}

func (w *writeTx) Query(query string, args ...any) (*sql.Rows, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.Query(args...)
}

// builderDB runs the same SQL through dbx, which only knows named parameters.
type builderDB struct{ b dbx.Builder }

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

// One scans the first row into dest and tells whether there was one. Where a query orders the few rows that match, it
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

// Row is the values of one row to write, by column.
type Row []Field

// Field is one column and its value.
type Field struct {
	Column string
	Value  any
}

// Insert writes one row.
func Insert(db DB, table string, row Row) error {
	names, marks, args := make([]string, len(row)), make([]string, len(row)), make([]any, len(row))
	for i, f := range row {
		names[i], marks[i], args[i] = `"`+f.Column+`"`, "?", f.Value
	}
	_, err := db.Exec(`INSERT INTO "`+table+`" (`+strings.Join(names, ",")+`) VALUES (`+strings.Join(marks, ",")+`)`, args...)
	if err != nil {
		return fmt.Errorf("insert into %s: %w", table, err)
	}
	return nil
}

// Update writes the columns of one row.
func Update(db DB, table, id string, row Row) error {
	sets, args := make([]string, len(row)), make([]any, len(row), len(row)+1)
	for i, f := range row {
		sets[i], args[i] = `"`+f.Column+`"=?`, f.Value
	}
	_, err := db.Exec(`UPDATE "`+table+`" SET `+strings.Join(sets, ",")+` WHERE id=?`, append(args, id)...)
	if err != nil {
		return fmt.Errorf("update %s: %w", table, err)
	}
	return nil
}
