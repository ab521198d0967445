package hooks_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/grid"
	regrid "doorstep/internal/reassign"
	"doorstep/internal/testapp"
)

// The commands areas import and areas reassign, run beside the server, may be through before the server hears of it: what comes in then,
// and what a reviewer places by hand, is placed by the areas as they are, because no job will look at it again.
func TestRecordsArePlacedByAreasThatAnotherProcessChanged(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	before, pushed, noted := uuid.NewString(), uuid.NewString(), uuid.NewString()
	push(t, tablet, operation(1, before, childVisit("22.55 114.002 0 5", "示例路 1 号")))
	_, err := grid.Import(t.Context(), app.TestApp, grid.File{Name: "grids.geojson", Data: []byte(split)},
		grid.Options{Datum: grid.WGS84, Replace: true, By: "elsewhere", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := regrid.Runner{Forms: app.Doorstep.Library, Areas: grid.NewLive(), Now: time.Now}
	if err := elsewhere.Run(t.Context(), app.TestApp); err != nil {
		t.Fatal(err)
	}
	push(t, tablet, operation(2, pushed, childVisit("22.55 114.002 0 5", "示例路 2 号")))
	push(t, tablet, map[string]any{"seq": 3, "op": "household", "id": noted, "answers": map[string]any{"address": "示例路 3 号", "lat": 22.55, "lon": 114.002, "accuracy": 5}})
	boss.Want(200, post, "/api/doorstep/v1/records/child_visits/"+before+"/area", map[string]any{"area": "990101001001004", "reason": "实地在另一个网格内，已核对"}, nil)
	for what, want := range map[[2]string]string{{"child_visits", pushed}: "990101001001003", {"households", noted}: "990101001001003", {"child_visits", before}: "990101001001004"} {
		if got := app.Find(t, what[0], what[1]).GetString("area"); got != want {
			t.Errorf("%s lies in %s, not %s", what[0], got, want)
		}
	}
}

// A job imports areas; whoever asks it to check them only is told so, and nothing changes.
func TestAJobOfAreasDoesNotCheck(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	manager := app.Client(t, app.Serve(t), app.Worker(t, "M1", "manager", "9901"))
	before := app.Picture(t)
	if status := uploadTo(t, manager, "/api/doorstep/v1/jobs/areas?crs=wgs84&check=1", "grids.geojson", []byte(split), "", new(any)); status != 400 {
		t.Error(status)
	}
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Error(moved)
	}
}
