package testapp

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
)

// Picture is every row of every table, by table and key (the id, where the table has one, else the rowid, or all of the row where it has
// neither): a text for each column.
type Picture map[string]map[string]map[string]string

// Picture takes a picture of the whole database, or returns the last one where nobody has written since.
func (a *App) Picture(t testing.TB) Picture {
	t.Helper()
	version := a.Version(t)
	if a.last != nil && version == a.lastOf {
		return a.last
	}
	db, p := collections.Read(a), Picture{}
	tables, err := collections.Column[string](db, `SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'`)
	for _, table := range tables {
		if err == nil {
			p[table], err = rowsOf(db, table)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	a.last, a.lastOf = p, version
	return p
}

func rowsOf(db collections.DB, table string) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	query := `SELECT *, rowid FROM "` + table + `"`
	var whole bool
	if _, err := collections.One(db, `SELECT wr FROM pragma_table_list(?)`, []any{table}, &whole); err != nil {
		return nil, err
	}
	if whole { // WITHOUT ROWID
		query = `SELECT * FROM "` + table + `"`
	}
	err := EachRow(db, query, func(columns []string, values []any) error {
		row := map[string]string{}
		for i, column := range columns {
			row[column] = collections.AsText(values[i])
		}
		key := row["rowid"]
		if id, ok := row["id"]; ok {
			key = id
		} else if whole {
			key = fmt.Sprint(row)
		}
		all[key] = row
		return nil
	})
	return all, err
}

// EachRow calls do with each row of an answer: the names of its columns, and their values.
func EachRow(db collections.DB, query string, do func(columns []string, values []any) error) error {
	return collections.Each(db, query, nil, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return err
		}
		for i, v := range values {
			values[i] = *v.(*any)
		}
		return do(columns, values)
	})
}

// Change is a row that differs between two pictures.
type Change struct {
	Table, Key    string
	Before, After map[string]string // nil where the row was not there
}

// Columns are the names of the columns that differ, sorted; none of a row that came or went.
func (c Change) Columns() (names []string) {
	if c.Before == nil || c.After == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(c.After)) {
		if c.Before[name] != c.After[name] {
			names = append(names, name)
		}
	}
	return names
}

// Names reports whether the row holds one of some ids, before or after.
func (c Change) Names(ids []string) bool {
	for _, row := range []map[string]string{c.Before, c.After} {
		for _, value := range row {
			if slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(value, id) }) {
				return true
			}
		}
	}
	return false
}

// Since is how a picture differs from an earlier one, sorted by table and key.
func (p Picture) Since(before Picture) (all []Change) {
	for _, table := range slices.Sorted(maps.Keys(p)) {
		keys := maps.Clone(p[table])
		maps.Copy(keys, before[table])
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			c := Change{table, key, before[table][key], p[table][key]}
			if c.Before == nil || c.After == nil || len(c.Columns()) > 0 {
				all = append(all, c)
			}
		}
	}
	return all
}
