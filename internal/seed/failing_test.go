package seed_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/demo"
	"doorstep/internal/seed"
	"doorstep/internal/testapp"
)

// asking returns the line of this package that a statement is asked for by, or "".
func asking() string {
	var pcs [60]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for f, more := frames.Next(); more; f, more = frames.Next() {
		if strings.HasPrefix(f.Function, "doorstep/internal/seed.") {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
	}
	return ""
}

// A city that could not be filled is not taken for one that was: from each place that asks for a statement, its failure is returned.
func TestACityThatCannotBeFilledIsTold(t *testing.T) {
	app := testapp.New(t)
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	city, err := demo.NewCity(8, demo.Scale{Districts: 1, Streets: 1, Communities: 1, Grids: 2, Workers: 5, HouseholdsPerGrid: 6, Today: now})
	if err != nil {
		t.Fatal(err)
	}
	setting := seed.Setting{City: city, Password: testapp.Password, Now: now}
	before := []string{`UPDATE _collections SET fields=replace(fields, '"cost":0', '"cost":4')`} // a slow hash each time tests nothing
	for _, table := range []string{"_superusers", collections.Workers, collections.Scopes, collections.Campaigns, collections.Households, collections.Persons} {
		before = append(before, `DELETE FROM `+table)
	}
	indexes, err := collections.Column[string](collections.Read(app), `SELECT replace(sql, 'INDEX', 'INDEX IF NOT EXISTS') FROM sqlite_schema
		WHERE type='index' AND tbl_name IN ('households', 'persons') AND sql IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	eachFails(t, app, func() error {
		for _, statement := range slices.Concat(before, indexes) {
			if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
				t.Fatal(err)
			}
		}
		return seed.City(t.Context(), app, app.Doorstep.Areas, setting)
	})
	eachFails(t, app, func() error {
		setting.Now = setting.Now.AddDate(0, 0, 1) // other visits than those of the life that failed
		return seed.Life(t.Context(), app, app.Doorstep.Intake(), setting, seed.Pace{Days: 3, Turn: 1, Visits: 3, Most: 1, Photos: 1, Logs: 1})
	})
}

// eachFails runs do again and again, while a statement fails that is asked for from a place of this package where none has yet.
func eachFails(t *testing.T, app *testapp.App, do func() error) {
	t.Helper()
	tried, told := map[string]bool{}, map[string]bool{}
	var at, asked string
	var err error
	skip := func(query string) bool {
		at = asking()
		asked = at + query
		return at == "" || told[at] || tried[asked] || testapp.Atomic(query)
	}
	for app.Failing(2, skip, func() { err = do() }) != "" {
		tried[asked], told[at] = true, told[at] || err != nil
	}
	if err != nil {
		t.Error(err)
	}
	for place, was := range told {
		if !was {
			t.Errorf("%s passes over what fails", place)
		}
	}
}
