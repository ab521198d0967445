package reassign_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/corpora"
	"doorstep/internal/grid"
	"doorstep/internal/problem"
	"doorstep/internal/reassign"
	"doorstep/internal/testapp"
)

// TestWhatAJobOfAreasLeaves writes down, row by row, what follows where one grid is split, two become one, and one stays as it is; and holds
// that the same is left where statements of the database have failed on the way.
func TestWhatAJobOfAreasLeaves(t *testing.T) {
	app := testapp.New(t)
	app.Known(t)
	const community = "990101001001"
	code := func(n string) string { return community + n }
	app.Plant(t, collections.Areas, map[string]any{"id": community, "code": community, "area": community, "name": "社区", "level": "community",
		"boundary": "null", "active": true, "rev": 1})
	draw := func(day int, l land) {
		t.Helper()
		_, err := grid.Import(t.Context(), app.TestApp, l.file(), grid.Options{Datum: grid.WGS84, Replace: true, Anyway: true, By: "x",
			Now: time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC)})
		if err == nil {
			err = app.Doorstep.Areas.Load(app.TestApp)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	run := func(t *testing.T, app *testapp.App) error {
		runner := reassign.Runner{Forms: app.Doorstep.Library, Areas: app.Doorstep.Areas, Now: app.Doorstep.Now}
		return runner.Run(t.Context(), app.TestApp)
	}
	draw(1, land{cuts: []int{8, 12, 16, marks}, codes: []string{code("001"), code("002"), code("003"), code("004")}})
	if err := run(t, app); err != nil { // while one job fails no other is done beside it
		t.Fatal(err)
	}
	worker := app.Worker(t, "F1", "field", code("001"), code("002"), code("004"))
	names := testapp.Names{worker.Id: "<F1>"}
	lived(t, app, worker.Id, code)
	draw(2, land{cuts: []int{4, 8, 16, marks}, codes: []string{code("005"), code("006"), code("007"), code("004")}})
	from := t.TempDir()
	app.Backup(t, from)
	before := app.Picture(t)
	if err := run(t, app); err != nil {
		t.Fatal(err)
	}
	corpora.Golden(t, "testdata/split.txt", app.Told(t, before, names))
	want := lies(t, app)
	t.Run("by hand", func(t *testing.T) { placed(t, app, code, names) })
	t.Run("statements fail", func(t *testing.T) {
		again := testapp.Open(t, from)
		failed := map[string]bool{"": true}
		for statement := "the first"; statement != ""; failed[statement] = true {
			var err error
			statement = again.Failing(2, func(query string) bool {
				return failed[query] || testapp.Atomic(query) || strings.Contains(query, "_superusers") // whose failure PocketBase passes over
			}, func() { err = run(t, again) })
			if err == nil && statement != "" { // records were left out: another job looks at them
				err = collections.Write(t.Context(), again.TestApp, func(db collections.DB) error {
					_, err := reassign.Begin(db, "x", again.Doorstep.Now())
					return err
				})
			} else if statement != "" {
				err = nil
			}
			if err != nil {
				t.Fatal(err)
			}
			again.Advance(2 * time.Minute) // a job whose runner failed is another's by then
		}
		if got := lies(t, again); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	})
}

// placed has a reviewer say where a record lies and take it back, whole or not at all, after others were refused it.
func placed(t *testing.T, app *testapp.App, code func(string) string, names testapp.Names) {
	runner := reassign.Runner{Forms: app.Doorstep.Library, Areas: app.Doorstep.Areas, Now: app.Doorstep.Now}
	boss := access.Actor{ID: "boss", Role: access.Supervisor, Territory: []string{code("")}}
	say := reassign.Saying{Collection: "child_visits", Record: "v stays", Area: code("005"), Reason: "电话核实：门牌在马路对面的网格"}
	place := func(by access.Actor, say reassign.Saying) error {
		_, err := runner.Place(t.Context(), app.TestApp, by, say)
		return err
	}
	before := app.Picture(t)
	for what, c := range map[string]struct {
		change func(by *access.Actor, say *reassign.Saying)
		want   problem.Code
	}{
		"no reason":            {func(_ *access.Actor, say *reassign.Saying) { say.Reason = "短" }, problem.ReasonNeeded},
		"no form's table":      {func(_ *access.Actor, say *reassign.Saying) { say.Collection = "workers" }, problem.NotFound},
		"no such record":       {func(_ *access.Actor, say *reassign.Saying) { say.Record = "nobody" }, problem.NotFound},
		"no such area":         {func(_ *access.Actor, say *reassign.Saying) { say.Area = code("009") }, problem.BadParameter},
		"nothing to take back": {func(_ *access.Actor, say *reassign.Saying) { say.Area = "" }, problem.BadParameter},
		"another revision":     {func(_ *access.Actor, say *reassign.Saying) { say.Rev = 2 }, problem.StaleRevision},
		"their own record": {func(by *access.Actor, _ *reassign.Saying) {
			by.ID = app.Picture(t)["child_visits"]["v stays"]["worker"]
		}, problem.OwnRecord},
		"only from here": {func(by *access.Actor, _ *reassign.Saying) { by.Territory = []string{code("004")} }, problem.OtherTerritory},
		"only to there":  {func(by *access.Actor, _ *reassign.Saying) { by.Territory = []string{code("005")} }, problem.NotFound},
		"a field worker": {func(by *access.Actor, _ *reassign.Saying) { by.Role = access.Field }, problem.NotFound},
	} {
		by, say := boss, say
		c.change(&by, &say)
		if err := place(by, say); err == nil || problem.As(err).Code != c.want {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("refused, and %q moved", moved)
	}
	say.Rev = 3
	app.FailsAtEach(t, "a placement", func() error { return place(boss, say) })
	said := app.Told(t, before, names)
	before, say.Area, say.Rev = app.Picture(t), "", 0
	app.FailsAtEach(t, "taking it back", func() error { return place(boss, say) })
	corpora.Golden(t, "testdata/placed.txt", said+"and back\n"+app.Told(t, before, names))
}

// lies is where everything lies, and what follows whom.
func lies(t *testing.T, app *testapp.App) string {
	t.Helper()
	var all []string
	for _, query := range []string{
		`SELECT id, area, rev FROM households`, `SELECT id, area, rev FROM persons`, `SELECT id, area, rev FROM child_visits`,
		`SELECT household, area, rev, status, target, due, confirmed_by FROM tasks`, `SELECT id, area FROM submissions`, `SELECT id, area FROM attachments`,
		`SELECT id, territory FROM workers`, `SELECT id, territory FROM campaigns`, `SELECT record, collection, area_from, area FROM area_moves`,
		`SELECT record, area, before, after FROM area_follows`, `SELECT record, area FROM audit WHERE action='areas.follow'`,
	} {
		if err := testapp.EachRow(collections.Read(app.TestApp), query, func(_ []string, values []any) error {
			all = append(all, fmt.Sprintln(values...))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// lived plants what lies in grids: by its point, by somebody's word, or by its household.
func lived(t *testing.T, app *testapp.App, worker string, code func(string) string) {
	t.Helper()
	version := app.Doorstep.Library.Current()["child_visit"].Version
	for _, h := range []struct {
		id, grid, method string
		mark             int
	}{
		{"west", "001", "gps", 1}, {"east", "001", "gps", 6}, {"said", "001", "manual", 0}, {"placeless", "001", "import", 0},
		{"merged", "002", "gps", 9}, {"wordless", "003", "import", 0}, {"stays", "004", "gps", 20}, {"astray", "004", "gps", 1},
		{"divided", "001", "manual", 2},
	} {
		location := collections.Location(0, 0)
		if h.mark > 0 {
			location = collections.Location(west(h.mark)+0.0005, 22.505)
		}
		place := func(id string, more map[string]any) map[string]any {
			row := map[string]any{"id": id, "area": code(h.grid), "rev": 3}
			maps.Copy(row, more)
			return row
		}
		home, visit := "h "+h.id, "v "+h.id
		at := map[string]any{"area_method": h.method, "area_confidence": 1, "location": location, "accuracy_m": 5}
		app.Plant(t, collections.Households, place(home, at))
		app.Plant(t, collections.Persons, place("p "+h.id, map[string]any{"household": home, "name": "某人", "active": true}))
		maps.Copy(at, map[string]any{"form": "child_visit", "form_version": version, "household": home, "worker": worker, "issues": "[]",
			"review_state": "received"})
		app.Plant(t, "child_visits", place(visit, at))
		app.Plant(t, collections.Tasks, place("t "+h.id, map[string]any{"household": home, "record": visit, "collection": "child_visits",
			"assignee": worker, "status": "open"}))
	}
	app.Plant(t, collections.Persons, map[string]any{"id": "p alone", "area": code("001"), "name": "某人", "active": true, "rev": 1})
	app.Plant(t, collections.Persons, map[string]any{"id": "p apart", "area": code("002"), "household": "h stays", "name": "某人", "active": true,
		"rev": 1})
	app.Plant(t, collections.Duplicates, map[string]any{"id": "d", "kind": "household", "collection": "households", "a": "h west", "b": "h stays",
		"area": code("001"), "area_b": code("004"), "status": "open"})
	app.Plant(t, collections.Campaigns, map[string]any{"id": "c", "name": "一轮", "form": "child_visit", "status": "open", "rev": 1,
		"territory": collections.JSONList([]string{code("001"), code("004")})})
	for _, whole := range []struct {
		id, grid, status, due string
		target                int
	}{{"whole", "001", "open", "2026-12-05", 7}, {"merges", "002", "open", "2026-12-09", 5}, {"merges too", "003", "open", "2026-12-03", 4},
		{"finished", "001", "done", "", 3}, {"dropped", "001", "cancelled", "", 3}} {
		app.Plant(t, collections.Tasks, map[string]any{"id": whole.id, "area": code(whole.grid), "kind": "visit", "status": whole.status, "due": whole.due,
			"target": whole.target, "campaign": "c", "assignee": worker, "form": "child_visit", "title": "走访整个网格", "priority": "normal",
			"created_by": "m", "confirmed_by": map[string]string{"done": "boss"}[whole.status], "rev": 3})
	}
	app.Plant(t, collections.Submissions, map[string]any{"id": "held", "area": code("003"), "outcome": "quarantined", "code": "x", "worker": worker})
	app.Plant(t, collections.Attachments, map[string]any{"id": "file", "area": code("001"), "record": "v east", "collection": "child_visits",
		"state": "stored", "worker": worker})
}
