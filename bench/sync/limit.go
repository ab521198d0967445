package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pocketbase/dbx"

	"doorstep/collections"
)

// written are the tables in which a push adds rows.
var written = []string{
	"child_visits", "child_visit_children", collections.Households, collections.Persons, collections.Submissions, collections.Changes,
	collections.Duplicates, collections.Tasks, collections.Outbox, collections.Attachments, collections.Edits, collections.Audit,
	collections.EntityVersions,
}

// rows are rows of one table that a push left; their columns are those of the table, in order.
type rows struct {
	table   string
	columns []string
	values  [][]any
}

// marks are the highest row number of each table.
type marks map[string]int64

func (s *server) marks() (marks, error) {
	m := marks{}
	for _, table := range append(slices.Clone(written), collections.Needs) {
		var n int64
		if _, err := collections.One(collections.Read(s.app), `SELECT COALESCE(MAX(rowid),0) FROM "`+table+`"`, nil, &n); err != nil {
			return nil, err
		}
		m[table] = n
	}
	return m, nil
}

// since reads the rows that were added to some tables after the marks.
func (s *server) since(m marks, tables ...string) ([]rows, error) {
	var all []rows
	for _, table := range tables {
		r := rows{table: table}
		err := collections.Each(collections.Read(s.app), `SELECT * FROM "`+table+`" WHERE rowid>?
			ORDER BY rowid`, []any{m[table]}, func(from *sql.Rows) error {
			names, values, err := readRow(from)
			r.columns, r.values = names, append(r.values, values)
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(r.values) > 0 {
			all = append(all, r)
		}
	}
	return all, nil
}

// readRow reads a row, whatever its columns are.
func readRow(from *sql.Rows) (columns []string, values []any, err error) {
	if columns, err = from.Columns(); err != nil {
		return nil, nil, err
	}
	values = make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	return columns, values, from.Scan(into...)
}

// limit is a copy of the server's database, with its indexes and what was in it before the first push, that takes the
// rows of pushes as fast as prepared statements can.
type limit struct {
	db       *dbx.DB
	prepared map[string]*sql.Stmt
}

func (s *server) copyTo(dir string) (*limit, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "data.db") // the name that collections.Connect gives synchronous=FULL
	if _, err := s.app.NonconcurrentDB().NewQuery("VACUUM INTO '" + path + "'").Execute(); err != nil {
		return nil, err
	}
	db, err := collections.Connect(path)
	if err != nil {
		return nil, err
	}
	db.DB().SetMaxOpenConns(1)
	var mode int
	if err := db.NewQuery("PRAGMA synchronous").Row(&mode); err != nil || mode != 2 {
		return nil, fmt.Errorf("synchronous is %d (%v), not FULL", mode, err)
	}
	return &limit{db: db, prepared: map[string]*sql.Stmt{}}, nil
}

// insert writes the rows in one transaction, and runs more in it.
func (l *limit) insert(ctx context.Context, all []rows, more ...statement) (time.Duration, error) {
	for _, r := range all {
		if err := l.prepare(ctx, r.table, `INSERT INTO "`+r.table+`" VALUES (`+strings.Repeat("?,", len(r.columns)-1)+`?)`); err != nil {
			return 0, err
		}
	}
	for _, m := range more {
		if err := l.prepare(ctx, m.sql, m.sql); err != nil {
			return 0, err
		}
	}
	began := time.Now()
	tx, err := l.db.DB().BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback() // no effect after Commit
	for _, r := range all {
		st := tx.Stmt(l.prepared[r.table])
		for _, values := range r.values {
			if _, err := st.Exec(values...); err != nil {
				return 0, fmt.Errorf("insert into %s: %w", r.table, err)
			}
		}
	}
	for _, m := range more {
		if _, err := tx.Stmt(l.prepared[m.sql]).Exec(m.args...); err != nil {
			return 0, fmt.Errorf("%s: %w", m.sql, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	return time.Since(began), nil
}

func (l *limit) prepare(ctx context.Context, name, query string) error {
	if l.prepared[name] != nil {
		return nil
	}
	st, err := l.db.DB().PrepareContext(ctx, query)
	l.prepared[name] = st
	return err
}
