package testapp

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
)

// Clear reads columns of a table's rows with what is sealed of them in clear; where is SQL.
func (a *App) Clear(t testing.TB, table, where string, columns ...string) [][]string {
	t.Helper()
	var all [][]string
	db := collections.Read(a.TestApp)
	err := collections.Each(db, `SELECT id, sealed, "`+strings.Join(columns, `","`)+`" FROM "`+table+`"
		WHERE `+where, nil, func(rows *sql.Rows) error {
		values, dest := make([]any, len(columns)), make([]any, len(columns), 2+len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		var id, sealed string
		if err := rows.Scan(append([]any{&id, &sealed}, dest...)...); err != nil {
			return err
		}
		opened, err := collections.Open(db, table, id, sealed)
		row := make([]string, len(columns))
		for i, column := range columns {
			row[i] = collections.AsText(values[i])
			opened.Fill(column, &row[i])
		}
		all = append(all, row)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Opened gives a record with what is sealed of it in its columns.
func (a *App) Opened(t testing.TB, r *core.Record, err error) *core.Record {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := collections.Open(collections.Read(a.TestApp), r.Collection().Name, r.Id, r.GetString(collections.SealedColumn))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range opened {
		r.Set(v.Column, v.Text)
	}
	return r
}

// Find is the record of that id, in clear.
func (a *App) Find(t testing.TB, collection, id string) *core.Record {
	t.Helper()
	r, err := a.FindRecordById(collection, id)
	return a.Opened(t, r, err)
}
