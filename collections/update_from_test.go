package collections_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// What stays the same of a row is not written: neither a column with an index, nor what is sealed, which goes whole or not at all.
func TestUpdateFromWritesWhatDiffers(t *testing.T) {
	app := testapp.New(t)
	first := collections.Row{
		{Column: "name", Value: "王小明"}, {Column: "name_key", Value: "wangxiaoming"}, {Column: "phone", Value: "0631-0000001"},
		{Column: "id_number", Value: ""}, {Column: "id_key", Value: ""}, {Column: "relation", Value: "son"},
		{Column: "birth_date", Value: "2015-03-01"}, {Column: "household", Value: "h-1"}, {Column: "area", Value: "990101001001001"},
		{Column: "last_record", Value: "visit-1"},
	}
	behind := collections.Row{{Column: "rev", Value: int64(2)}, {Column: "updated", Value: collections.Stamp(time.Now())}}
	changed := func(column, value string) collections.Row {
		row := slices.Clone(first)
		row[slices.IndexFunc(row, func(f collections.Field) bool { return f.Column == column })].Value = value
		return append(row, behind...)
	}
	sealed := func() (column string) {
		_, err := collections.One(collections.Read(app), `SELECT sealed FROM persons WHERE id='p-1'`, nil, &column)
		if err != nil {
			t.Fatal(err)
		}
		return column
	}
	write := func(fn func(collections.DB) error) {
		t.Helper()
		if err := collections.Write(t.Context(), app.TestApp, fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(db collections.DB) error {
		at := collections.Stamp(time.Now())
		return collections.Insert(db, collections.Persons, append(slices.Clone(first), collections.Row{{Column: "id", Value: "p-1"},
			{Column: "active", Value: true}, {Column: "rev", Value: int64(1)}, {Column: "created", Value: at}, {Column: "updated", Value: at}}...))
	})
	before := sealed()
	write(func(db collections.DB) error {
		return collections.UpdateFrom(db, collections.Persons, "p-1", first, changed("last_record", "visit-2"))
	})
	if sealed() != before {
		t.Error("what is sealed was written again, and nothing of it differs")
	}
	if !slices.Contains(collections.Prepared(t, app), `UPDATE "persons" SET "last_record"=?,"rev"=?,"updated"=? WHERE id=?`) {
		t.Errorf("another statement than that of what differs: %s", strings.Join(collections.Prepared(t, app), "\n"))
	}
	write(func(db collections.DB) error {
		return collections.UpdateFrom(db, collections.Persons, "p-1", first, changed("phone", "0631-0000002"))
	})
	row, err := collections.Open(collections.Read(app), collections.Persons, "p-1", sealed())
	if err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{"name": "王小明", "phone": "0631-0000002", "relation": "son"} {
		if got, _ := row.Get(column); got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	var lastRecord, area string
	if _, err := collections.One(collections.Read(app), `SELECT last_record, area FROM persons WHERE id='p-1'`, nil, &lastRecord, &area); err != nil {
		t.Fatal(err)
	}
	if lastRecord != "visit-2" || area != "990101001001001" {
		t.Errorf("last record %q, area %q", lastRecord, area)
	}
}
