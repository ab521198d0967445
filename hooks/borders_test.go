package hooks_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// redraw imports borders as the manager of everything, and waits for the job.
func redraw(t *testing.T, app *testapp.App, manager *testapp.Client, file string) {
	t.Helper()
	if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(file), "", new(any)); status != 200 {
		t.Fatal(status)
	}
	settled(t, app)
}

// A border that bounds no area is refused of an area that is made by hand and of one that is changed, and leaves both as they were.
func TestABorderByHandBoundsAnArea(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	operator := app.Client(t, app.Serve(t), superuser(t, app))
	const path, code = "/api/collections/areas/records", "990101001001009"
	area := func(ring string) object {
		return object{"code": code, "name": "新网格", "level": "grid", "parent": code[:12], "active": true,
			"boundary": object{"type": "Polygon", "coordinates": []any{json.RawMessage(ring)}}}
	}
	const sound, broken = `[[114.5,22.5],[114.6,22.5],[114.6,22.6],[114.5,22.5]]`, `[[114.5,22.5],[114.6,22.5]]`
	before := app.Picture(t)
	operator.Want(400, post, path, area(broken), nil)
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("a broken border left %q", moved)
	}
	var made struct{ ID string }
	operator.Want(200, post, path, area(sound), &made)
	before = app.Picture(t)
	operator.Want(400, "PATCH", path+"/"+made.ID, object{"boundary": area(broken)["boundary"]}, nil)
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("a broken border changed %q", moved)
	}
	jobs := func() int { return len(list(t, collections.Read(app.TestApp), `SELECT id FROM jobs`)) }
	first := jobs()
	if operator.Want(200, "PATCH", path+"/"+made.ID, object{"name": "旧网格"}, nil); jobs() != first {
		t.Error("records are looked at anew for the name of an area")
	}
	const other = `[[114.5,22.5],[114.6,22.5],[114.6,22.7],[114.5,22.5]]`
	if operator.Want(200, "PATCH", path+"/"+made.ID, object{"boundary": area(other)["boundary"]}, nil); jobs() == first {
		t.Error("no record is looked at anew where a border was moved")
	}
}

// Two grids, one of whose lists asks for a household that the other's asks for too, become one: whoever had both has one task of the whole,
// with all that was wanted of both and the earlier day; each household is asked for once; the neighbour's task and a finished one stay.
func TestAMergerMakesNoTaskDouble(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	both, next := app.Worker(t, "F1", "field", "990101001001"), app.Worker(t, "F2", "field", gridNext)
	tablet := app.Client(t, server, both).Register()
	if r := push(t, tablet, operation(1, uuid.NewString(), childVisit("22.55 114.002 0 5", "示例路 1 号")))[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	db := collections.Read(app.TestApp)
	var household string
	if _, err := collections.One(db, `SELECT id FROM households WHERE area=?`, []any{gridA}, &household); err != nil {
		t.Fatal(err)
	}
	campaign := sweep(t, app, "")
	assign := func(parts ...any) {
		t.Helper()
		manager.Want(200, post, "/api/doorstep/v1/campaigns/"+campaign+"/work", object{"parts": parts}, nil)
	}
	assign(object{"area": gridA, "worker": both.Id, "target": 7, "due": "2026-12-20"},
		object{"area": gridNext, "worker": both.Id, "target": 5, "due": "2026-12-10"}, object{"household": household})
	assign(object{"area": "990101001002001", "target": 3})
	insert := func(row collections.Row) {
		t.Helper()
		err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
			return collections.Insert(db, collections.Tasks, append(row, collections.Row{{Column: "campaign", Value: campaign},
				{Column: "kind", Value: "visit"}, {Column: "title", Value: "x"}, {Column: "form", Value: "child_visit"}, {Column: "area", Value: gridNext},
				{Column: "priority", Value: "normal"}, {Column: "rev", Value: 1}, {Column: "created", Value: collections.Stamp(time.Now())},
				{Column: "updated", Value: collections.Stamp(time.Now())}}...))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	insert(collections.Row{{Column: "id", Value: "twice"}, {Column: "household", Value: household}, {Column: "assignee", Value: both.Id},
		{Column: "status", Value: "open"}})
	insert(collections.Row{{Column: "id", Value: "neighbours"}, {Column: "assignee", Value: next.Id}, {Column: "status", Value: "open"},
		{Column: "target", Value: 4}})
	insert(collections.Row{{Column: "id", Value: "finished"}, {Column: "assignee", Value: both.Id}, {Column: "status", Value: "done"},
		{Column: "target", Value: 2}})
	// What differs in one column from the tasks that become one stays apart. Their ids come before those of the server.
	const merged = "990101001001005"
	beside := map[string]any{"id": "0", "campaign": campaign, "kind": "visit", "title": "x", "form": "child_visit", "area": gridNext,
		"assignee": both.Id, "status": "open", "target": 100, "priority": "normal", "rev": 1}
	app.PlantBeside(t, collections.Tasks, beside, map[string]any{
		"area": "990101001002001", "campaign": "another", "form": "elderly_baseline", "assignee": "another"})
	beside["area"] = merged // of these no area moves along
	app.PlantBeside(t, collections.Tasks, beside, map[string]any{"kind": "revisit", "household": "h", "person": "p", "record": "r", "status": "done"})
	copied := pulled(t, device(tablet, 100))
	redraw(t, app, manager, parcels(parcel(merged, "合", 114, 114.02)))
	var got []string
	tasks := func() (all []string) {
		t.Helper()
		err := collections.Each(db, `SELECT area, household!='', assignee, target, due, status FROM tasks
			WHERE status!='cancelled' AND id NOT LIKE '0-%'`, nil, func(rows *sql.Rows) error {
			var area, assignee, due, status string
			var one bool
			var target int
			err := rows.Scan(&area, &one, &assignee, &target, &due, &status)
			all = append(all, fmt.Sprint(area, " ", one, " ", map[string]string{both.Id: "both", next.Id: "next"}[assignee], " ", target, " ", due, " ", status))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		return all
	}
	want := []string{"990101001001005 false both 12 2026-12-10 open", "990101001001005 false both 2  done", "990101001001005 false next 4  open",
		"990101001001005 true both 0  open", "990101001002001 false  3  open"}
	if got = tasks(); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if apart := list(t, db, `SELECT id FROM tasks WHERE id LIKE '0-%' AND target=100 AND status!='cancelled'`); len(apart) != 9 {
		t.Errorf("only %q stayed apart", apart)
	}
	asNew(t, "after the merger", pulled(t, copied))
	assign(object{"household": household, "worker": both.Id})
	if again := tasks(); !slices.Equal(again, got) {
		t.Errorf("the list was given again: %q", again)
	}
}

// A district's manager moves no border: not by a file, by a job, by hand or by the house codes, of the own district or of the next; and takes
// no worker, campaign or job beyond the own district.
func TestADistrictsManagerMovesNoBorder(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	all, manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901")), app.Client(t, server, app.Worker(t, "M2", "manager", "990101"))
	mine, theirs := app.Worker(t, "F1", "field", gridA), app.Worker(t, "F2", "field", "990102001001001")
	redraw(t, app, all, split)
	var jobs struct{ Items []struct{ ID string } }
	manager.Want(200, get, areaJobs, nil, &jobs)
	before := app.Picture(t)
	wide := parcels(parcel("990101001001003", "广", 114, 114.05))
	for _, path := range []string{"/api/doorstep/v1/areas?crs=wgs84", "/api/doorstep/v1/areas?crs=wgs84&dry=1", "/api/doorstep/v1/areas?crs=wgs84&replace=1&anyway=1",
		"/api/doorstep/v1/jobs/areas?crs=wgs84"} {
		if status := uploadTo(t, manager, path, "grids.geojson", []byte(wide), "", new(any)); status != 403 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status := uploadTo(t, manager, "/api/doorstep/v1/house-codes", "codes.csv", []byte("house_code,code\nA1,990101001001003\n"), "", new(any)); status != 403 {
		t.Errorf("house codes: %d", status)
	}
	border := object{"type": "Polygon", "coordinates": []any{[]any{[]any{114, 22.5}, []any{114.05, 22.5}, []any{114.05, 22.6}, []any{114, 22.5}}}}
	for what, call := range map[string]struct {
		method, path string
		body         any
	}{
		"own border":             {"PATCH", "/api/collections/areas/records/990101001001003", object{"boundary": border}},
		"own code":               {"PATCH", "/api/collections/areas/records/990101001001003", object{"code": "990102001001001"}},
		"own parent":             {"PATCH", "/api/collections/areas/records/990101001001003", object{"parent": "990102001001"}},
		"another's name":         {"PATCH", "/api/collections/areas/records/990102001001001", object{"name": "mine"}},
		"a new area":             {post, "/api/collections/areas/records", object{"code": "990101001001009", "area": "990101001001009", "name": "x", "level": "grid", "boundary": border}},
		"a look at all":          {post, areaJobs, nil},
		"a job stopped":          {post, areaJobs + "/" + jobs.Items[0].ID + "/cancel", nil},
		"a job that goes on":     {post, areaJobs + "/" + jobs.Items[0].ID + "/resume", nil},
		"own worker, farther":    {"PATCH", "/api/collections/workers/records/" + mine.Id, object{"territory": []string{gridA, "990102001001001"}}},
		"another's worker":       {"PATCH", "/api/collections/workers/records/" + theirs.Id, object{"territory": []string{gridA}}},
		"own worker, everywhere": {"PATCH", "/api/collections/workers/records/" + mine.Id, object{"territory": []string{"9901"}}},
	} {
		if status, _ := manager.Do(call.method, call.path, call.body); status < 400 || status > 404 {
			t.Errorf("%s: %d", what, status)
		}
	}
	for _, c := range app.Picture(t).Since(before) {
		if slices.Contains([]string{"areas", "area_revisions", "workers", "worker_scopes", "jobs", "house_codes", "campaigns"}, c.Table) {
			t.Errorf("%s changed: %v", c.Table, c.Columns())
		}
	}
}

// A grid is split in the morning and one of its parts again in the afternoon, before anybody has looked at the records: the day before counts
// under the grid, that day and those after it under the parts that there were when it ended, and the worker has these.
func TestTwoChangesOnOneDay(t *testing.T) {
	t.Parallel()
	for name, between := range map[string]bool{"a job for each": true, "the job of the first is late": false} {
		t.Run(name, func(t *testing.T) {
			app := testapp.New(t)
			app.City(t)
			server := app.Serve(t)
			worker := app.Worker(t, "F1", "field", gridA)
			tablet := app.Client(t, server, worker).Register()
			manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
			n := 0
			visit := func(lon string) {
				t.Helper()
				n++
				if r := push(t, tablet, operation(n, uuid.NewString(), childVisit("22.55 "+lon+" 0 5", fmt.Sprintf("示例路 %d 号", n))))[0]; r.Status != "stored" {
					t.Fatalf("%+v", r)
				}
			}
			for _, lon := range []string{"114.002", "114.0055", "114.0085"} {
				visit(lon)
			}
			first := app.Doorstep.Now().Format(time.DateOnly)
			grids := countedAt(t, manager, "grid", first)
			app.Advance(24 * time.Hour)
			second := app.Doorstep.Now().Format(time.DateOnly)
			const g2, g3, g4, g6, g7 = "990101001001002", "990101001001003", "990101001001004", "990101001001006", "990101001001007"
			for i, file := range []string{split, parcels(parcel(g2, "网格", 114.01, 114.02), parcel(g3, "甲", 114, 114.004), parcel(g6, "丙", 114.004, 114.007),
				parcel(g7, "丁", 114.007, 114.01))} {
				if i == 1 {
					app.Advance(3 * time.Hour)
				}
				if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(file), "", new(any)); status != 200 {
					t.Fatal(status)
				}
				if between || i == 1 {
					settled(t, app)
				}
			}
			visit("114.0061")
			now := countedAt(t, manager, "grid", "")
			if now[g3] != "0/1/1" || now[g6] != "0/2/2" || now[g7] != "0/1/1" || now[g4] != "" {
				t.Errorf("now %v", now)
			}
			app.Advance(24 * time.Hour)
			if got := countedAt(t, manager, "grid", second); len(differ(now, got)) > 0 {
				t.Errorf("that day: %v", differ(now, got))
			}
			grids[gridA] = "10/4/4"
			if got := countedAt(t, manager, "grid", first); len(differ(grids, got)) > 0 {
				t.Errorf("the day before: %v", differ(grids, got))
			}
			if got := app.Find(t, "workers", worker.Id).GetString("territory"); got != `["`+g3+`","`+g6+`","`+g7+`"]` && got != `["`+g6+`","`+g7+`","`+g3+`"]` {
				t.Errorf("the worker has %s", got)
			}
		})
	}
}
