package testapp

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"doorstep/collections"
)

// Plant inserts a row, with what is to be sealed of it sealed.
func (a *App) Plant(t testing.TB, table string, row map[string]any) {
	t.Helper()
	var fields collections.Row
	for _, column := range slices.Sorted(maps.Keys(row)) {
		fields = append(fields, collections.Field{Column: column, Value: row[column]})
	}
	if err := collections.Write(t.Context(), a.TestApp,
		func(db collections.DB) error { return collections.Insert(db, table, fields) }); err != nil {
		t.Fatalf("%s: %v", table, err)
	}
}

// PlantBeside inserts rows that are like a row in all but one column, which others names: the id of each is that of the row, "-" and the
// column. The row itself is left to the caller.
func (a *App) PlantBeside(t testing.TB, table string, row, others map[string]any) {
	t.Helper()
	for _, column := range slices.Sorted(maps.Keys(others)) {
		beside := maps.Clone(row)
		beside["id"], beside[column] = row["id"].(string)+"-"+column, others[column]
		a.Plant(t, table, beside)
	}
}

// Moved is what changed in the database since a picture: a line for each row, with its table, its key, and the columns or "came" or
// "went". Lines of tables that only ever grow (the change feed, the audit trail, erasures) are left out. Moved fails the test where what
// came is not what its column means.
func (a *App) Moved(t testing.TB, before Picture) (lines []string) {
	t.Helper()
	for _, c := range a.Picture(t).Since(before) {
		c.meant(t)
		switch columns := c.Columns(); {
		case slices.Contains([]string{"changes", "audit", "erasures"}, c.Table) && c.Before == nil:
		case c.Before == nil:
			lines = append(lines, c.Table+" "+c.Key+" came")
		case c.After == nil:
			lines = append(lines, c.Table+" "+c.Key+" went")
		default:
			lines = append(lines, c.Table+" "+c.Key+": "+strings.Join(columns, " "))
		}
	}
	return lines
}
