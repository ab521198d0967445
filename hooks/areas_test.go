package hooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/audit"
	"doorstep/internal/testapp"
)

// parcel is a feature of a rectangle between two heights of City's map.
func parcel(code, name string, west, east float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%[3]v,22.5],[%[4]v,22.5],[%[4]v,22.6],[%[3]v,22.6],[%[3]v,22.5]]]}}`, code, name, west, east)
}

// stays are the tables whose rows keep the area that they were written for, with the reason. Rows of any other table with an area belong
// to a record and go where it goes.
var stays = map[string]string{
	"areas":          "the area itself, which has ended",
	"audit":          "what was done, and where, is not written again",
	"coverage_areas": "counts of each area, compared with a recount elsewhere",
}

func parcels(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

// split makes two grids of the first one of City; its neighbour stays.
var split = parcels(parcel("990101001001003", "甲", 114, 114.004), parcel("990101001001004", "乙", 114.004, 114.01), parcel("990101001001002", "网格", 114.01, 114.02))

func (w *witness) walkAreas(manager, boss *testapp.Client) {
	w.t.Helper()
	const areas = "/api/doorstep/v1/areas"
	w.send(boss, get, "/api/doorstep/v1/coverage/workers", nil, "?within=990101001", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/coverage/workers", nil, "?cursor=x", nil, 400)
	w.send(boss, get, "/api/doorstep/v1/coverage/workers/file", nil, "?within=990101001&sort=approved", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/coverage/workers/file", nil, "?sort=name", nil, 400)
	w.send(manager, post, areas, nil, "?crs=wgs84&dry=1&replace=1", file{"grids.geojson", split}, 200)
	w.send(manager, post, areas, nil, "?crs=wgs84&dry=1", file{"grids.geojson", "{}"}, 200)
	w.send(manager, post, areas, nil, "?crs=wgs84", file{"grids.geojson", "{}"}, 400)
	w.send(boss, post, areas, nil, "?crs=wgs84", file{"grids.geojson", split}, 403)
	w.send(manager, post, areas, nil, "?crs=wgs84&replace=1", file{"grids.geojson", split}, 200)
	w.send(boss, get, "/api/doorstep/v1/coverage", nil, "?level=grid&at=2026-11-22", nil, 200)
	w.send(boss, get, "/api/doorstep/v1/coverage", nil, "?at=yesterday", nil, 400)
	w.send(manager, post, "/api/doorstep/v1/house-codes", nil, "?dry=1", file{"codes.csv", "house_code,code\nA1,990101001001002\nA2,none\n"}, 200)
	w.send(manager, post, "/api/doorstep/v1/house-codes", nil, "", file{"codes.csv", "house_code,code\nA1,none\n"}, 400)
	w.send(boss, post, "/api/doorstep/v1/house-codes", nil, "", file{"codes.csv", "house_code,code\nA1,990101001001002\n"}, 403)
	w.send(manager, post, "/api/doorstep/v1/house-codes", nil, "", file{"codes.csv", "house_code,code\nA1,990101001001002\n"}, 200)
	w.send(manager, get, areas+"/{code}/history", []string{"990101001001001"}, "", nil, 200)
	w.send(manager, get, areas+"/{code}/history", []string{"x"}, "", nil, 404)
	job := []string{text(w.send(boss, get, areaJobs, nil, "", nil, 200), "items", "id")}
	w.send(boss, get, areaJobs+"/{id}", job, "", nil, 200)
	w.send(boss, get, areaJobs+"/{id}", []string{"x"}, "", nil, 404)
	w.send(boss, get, areaJobs+"/{id}/outlines", job, "", nil, 200)
	w.send(boss, get, areaJobs+"/{id}/outlines", []string{"x"}, "", nil, 404)
	w.send(boss, get, areaJobs+"/{id}/moves", job, "?from=990101001001001&to=990101001001003", nil, 200)
	w.send(boss, get, areaJobs+"/{id}/moves", job, "?from=990102001001001&to=990102001001002", nil, 404)
	w.send(manager, post, areaJobs, nil, "", nil, 200)
	w.send(boss, post, areaJobs+"/{id}/cancel", job, "", nil, 403)
	w.send(manager, post, areaJobs+"/{id}/cancel", []string{"x"}, "", nil, 404)
	w.seen["POST "+areaJobs+"/{id}/cancel"], w.seen["POST "+areaJobs+"/{id}/resume"] = true, true // TestAJobStopsAndGoesOn
}

const areaJobs = "/api/doorstep/v1/area-jobs"

// TestAnImportIsInUseAtOnce brings a grid where nothing lies, so that no job follows: a look changes nothing, and what comes after the
// import is found in it.
func TestAnImportIsInUseAtOnce(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "9901")).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	const fresh = "990102001002003"
	file := []byte(parcels(parcel(fresh, "新网格", 114.08, 114.09)))
	for i, step := range []struct{ query, area string }{{"&dry=1", "9901"}, {"", fresh}} {
		if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84"+step.query, "grids.geojson", file, "", new(any)); status != 200 {
			t.Fatal(status)
		}
		r := push(t, tablet, operation(i+1, uuid.NewString(), childVisit("22.55 114.085 0 5", fmt.Sprintf("示例路 %d 号", i+1))))[0]
		if r.Status != "stored" || r.Area != step.area {
			t.Errorf("after %q: %+v, want it in %s", step.query, r, step.area)
		}
	}
}

// A grid is split in the middle of a sweep: what lies in it goes to the part where it lies, with all that belongs to it, and
// nothing else moves.
func TestASplitMovesWhatLiesThere(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	defer app.Shaped(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	tablet := app.Client(t, server, worker).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	here, beside := uuid.NewString(), uuid.NewString()
	for i, v := range []struct{ id, at, address string }{{here, "22.55 114.002 0 5", "示例路 1 号"}, {beside, testapp.Inside(gridB), "示例路 2 号"}} {
		if r := push(t, tablet, operation(i+1, v.id, childVisit(v.at, v.address)))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	for record, area := range map[string]string{here: "990101001001001", beside: "990101001001002"} {
		for table, row := range map[string]map[string]any{
			"attachments":     {"collection": "child_visits", "name": "a.jpg", "sha256": "a", "state": "declared"},
			"reviews":         {"collection": "child_visits", "decision": "return", "comment": "请核对", "reviewer": "S1"},
			"edits":           {"collection": "child_visits", "field": "remarks", "kind": "proposal", "status": "open"},
			"paradata":        {"collection": "child_visits", "instance": record},
			"entity_versions": {"list": "persons", "entity": "p", "entity_rev": 1},
		} {
			row["id"], row["record"], row["area"] = table+" of "+record, record, area
			app.Plant(t, table, row)
		}
	}
	before := app.Picture(t)
	if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(split), "", new(any)); status != 200 {
		t.Fatal(status)
	}
	settled(t, app)
	const to = "990101001001003"
	household := columnOf(t, app, here, "household")
	for table, id := range map[string]string{"child_visits": here, "households": household} {
		if got := app.Find(t, table, id).GetString("area"); got != to {
			t.Errorf("%s lies in %s", table, got)
		}
	}
	for _, c := range app.Picture(t).Since(before) {
		if c.Before != nil && c.After != nil && c.Names([]string{beside, columnOf(t, app, beside, "household")}) {
			t.Errorf("the neighbour's row of %s changed: %v", c.Table, c.Columns())
		}
	}
	db := collections.Read(app.TestApp)
	for _, query := range []string{
		`SELECT COUNT(*) FROM submissions WHERE record='` + here + `' AND area='` + to + `'`,
		`SELECT COUNT(*) FROM area_moves WHERE record='` + here + `' AND area_from='990101001001001' AND area='` + to + `'`,
		`SELECT COUNT(*) FROM audit WHERE action='areas.move' AND collection='child_visits' AND subjects='` + audit.Pack([]string{here}) + `'`,
		`SELECT COUNT(*) FROM changes WHERE record='` + household + `' AND target='990101001001001' AND op='leave'`,
		`SELECT COUNT(*) FROM changes WHERE record='` + household + `' AND target='` + to + `' AND op='upsert'`,
	} {
		var n int
		if _, err := collections.One(db, query, nil, &n); err != nil || n != 1 {
			t.Errorf("%s: %d %v", query, n, err)
		}
	}
	for table, rows := range app.Picture(t) {
		for id, row := range rows {
			if stays[table] == "" && row["area"] == "990101001001001" {
				t.Errorf("row %s of %s stayed behind in the grid that is no more", id, table)
			}
		}
	}
	var job struct {
		Items []struct {
			Status             string
			ID                 string
			Done, Total, Moved int
		}
	}
	manager.Want(200, get, areaJobs, nil, &job)
	if j := job.Items[0]; j.Status != "done" || j.Moved < 2 || j.Done < j.Moved-1 {
		t.Errorf("%+v", j)
	}
	// What a tablet still has for the grid is placed by its point.
	late := uuid.NewString()
	if r := push(t, tablet, operation(3, late, childVisit("22.55 114.007 0 5", "示例路 3 号")))[0]; r.Status != "stored" || r.Area != "990101001001004" {
		t.Errorf("work that was in hand: %+v", r)
	}
}

// settled waits until no job is left: the server may have begun it before.
func settled(t *testing.T, app *testapp.App) {
	t.Helper()
	for left := 1; left > 0; time.Sleep(time.Millisecond) {
		if err := app.Doorstep.Reassign(t.Context(), app.TestApp); err != nil {
			t.Fatal(err)
		}
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM jobs WHERE status!='done'`, nil, &left); err != nil {
			t.Fatal(err)
		}
	}
}

// A job that is cancelled stops, and goes on where it stopped.
func TestAJobStopsAndGoesOn(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	handler := app.Serve(t)
	manager := app.Client(t, handler, app.Worker(t, "M1", "manager", "9901"))
	var job string
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) (err error) {
		job = "job-that-waits"
		return collections.Insert(db, collections.Jobs, collections.Row{{Column: "id", Value: job}, {Column: "status", Value: "running"}, {Column: "areas", Value: `["990101001001001"]`}, {Column: "runner", Value: "another"},
			{Column: "until", Value: "2999-01-01 00:00:00.000Z"}, {Column: "created_by", Value: "x"}, {Column: "created", Value: "2026-11-01 00:00:00.000Z"}, {Column: "updated", Value: ""}})
	})
	if err != nil {
		t.Fatal(err)
	}
	status := func() (s string) {
		if _, err := collections.One(collections.Read(app.TestApp), `SELECT status FROM jobs WHERE id=?`, []any{job}, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if err := app.Doorstep.Reassign(t.Context(), app.TestApp); err != nil || status() != "running" {
		t.Fatalf("a job that another runs: %s %v", status(), err)
	}
	manager.Want(204, post, areaJobs+"/"+job+"/cancel", nil, nil)
	manager.Want(404, post, areaJobs+"/"+job+"/cancel", nil, nil)
	if err := app.Doorstep.Reassign(t.Context(), app.TestApp); err != nil || status() != "cancelled" {
		t.Fatalf("%s %v", status(), err)
	}
	manager.Want(204, post, areaJobs+"/"+job+"/resume", nil, nil)
	settled(t, app)
}
