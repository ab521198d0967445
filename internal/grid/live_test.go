package grid_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/testapp"
)

// A transaction sees the areas of its own moment, whoever changed them and whether or not the program was told; what is read late of an
// earlier moment never takes the place of what is newer.
func TestATransactionSeesTheAreasOfItsMoment(t *testing.T) {
	app := testapp.New(t)
	const code = "990101001001"
	change := func(query string) {
		t.Helper()
		err := collections.Write(context.Background(), app.TestApp, func(db collections.DB) error {
			_, err := db.Exec(query)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	named := func(idx *grid.Index) string {
		a, _ := idx.Area(code)
		return a.Name
	}
	at := func(live *grid.Live, db collections.DB) string {
		t.Helper()
		idx, err := live.At(db)
		if err != nil {
			t.Fatal(err)
		}
		return named(idx)
	}
	live, db := grid.NewLive(), collections.Read(app.TestApp)
	if got := at(live, db); got != "" {
		t.Errorf("an area of nobody: %q", got)
	}
	for _, step := range []struct{ query, want string }{
		{`INSERT INTO areas (id, code, area, name, level, boundary, active, rev, created, updated) VALUES ('a', '` + code + `', '` + code +
			`', '甲', 'community', 'null', 1, 1, '', '')`, "甲"},
		{`UPDATE areas SET name='乙' WHERE id='a'`, "乙"},
		{`UPDATE areas SET active=0 WHERE id='a'`, ""},
		{`UPDATE areas SET active=1, name='丙' WHERE id='a'`, "丙"},
	} {
		change(step.query)
		if got := at(live, db); got != step.want || named(live.Index()) != step.want {
			t.Errorf("%s: %q, and the index says %q, want %q", step.query, got, named(live.Index()), step.want)
		}
	}
	change(`DELETE FROM areas WHERE id='a'`)
	if got := at(live, db); got != "" {
		t.Errorf("after its end: %q", got)
	}
	now := live.Index()
	if _, err := live.At(earlier{db}); err != nil || live.Index() != now {
		t.Errorf("%v: who began earlier put what it read in the place of what is newer", err)
	}
}

// earlier says that the areas were changed once.
type earlier struct{ collections.DB }

func (e earlier) Query(query string, args ...any) (*sql.Rows, error) {
	if strings.Contains(query, "areas_stand") {
		query, args = `SELECT 1`, nil
	}
	return e.DB.Query(query, args...)
}
