package hooks_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/access"
	"doorstep/internal/testapp"
)

// The grid of a worker is split, merged and recoded while their tablet holds work: their territory and the task of the whole grid follow,
// the tablet converges and brings what it held; the manager reads who followed, and whose grid ended with nothing in its place. The
// neighbour's territory and task stay.
func TestWhoseGridEndsFollowsIt(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	const far = "990102001001001"
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990102"))
	campaign := sweep(t, app, "")
	mine, next := app.Worker(t, "F1", "field", gridA, far), app.Worker(t, "F2", "field", gridNext)
	lost := app.Worker(t, "F3", "field", "990101001002001")
	tablet := app.Client(t, server, mine).Register()
	copied := pulled(t, device(tablet, 100))
	parts := []any{object{"area": gridA, "worker": mine.Id, "target": 7}, object{"area": gridNext, "worker": next.Id, "target": 5}}
	manager.Want(200, post, "/api/doorstep/v1/campaigns/"+campaign+"/work", object{"parts": parts}, nil)
	before := push(t, tablet, operation(1, uuid.NewString(), childVisit("22.55 114.002 0 5", "示例路 1 号")))[0]
	territory := func(w *core.Record) []string {
		t.Helper()
		return access.Territory(app.Find(t, "workers", w.Id))
	}
	tasks := func() map[string]int {
		t.Helper()
		var page struct{ Items []workItem }
		manager.Want(200, get, workList+"?limit=100&campaign="+campaign, nil, &page)
		told := map[string]int{}
		for _, one := range page.Items {
			told[one.Area+" "+one.Worker+" "+one.Status] += one.Target
		}
		return told
	}
	redraw := func(file string) (follows []struct {
		Collection, Record string
		From, To           []string
	}) {
		t.Helper()
		if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(file), "", new(any)); status != 200 {
			t.Fatal(status)
		}
		settled(t, app)
		app.Advance(1e9)
		var jobs struct{ Items []struct{ ID string } }
		manager.Want(200, get, areaJobs, nil, &jobs)
		var job struct {
			Follows []struct {
				Collection, Record string
				From, To           []string
			}
		}
		boss.Want(200, get, areaJobs+"/"+jobs.Items[0].ID, nil, &job)
		if len(job.Follows) != 0 {
			t.Errorf("another district reads %v", job.Follows)
		}
		manager.Want(200, get, areaJobs+"/"+jobs.Items[0].ID, nil, &job)
		return job.Follows
	}
	const g2, g3, g4, g5 = "990101001001002", "990101001001003", "990101001001004", "990101001001005"
	if got := redraw(split); len(got) != 2 || got[0].Collection != "tasks" || got[1].Record != mine.Id || !slices.Equal(got[1].To, []string{g4, g3, far}) {
		t.Errorf("%+v", got)
	}
	if got := territory(mine); !slices.Equal(got, []string{g4, g3, far}) {
		t.Errorf("the worker has %v", got)
	}
	want := map[string]int{g4 + " " + mine.Id + " open": 3, g3 + " " + mine.Id + " open": 4, gridNext + " " + next.Id + " open": 5}
	if got := tasks(); len(got) != 3 || got[g4+" "+mine.Id+" open"] != want[g4+" "+mine.Id+" open"] || got[g3+" "+mine.Id+" open"] != 4 || got[gridNext+" "+next.Id+" open"] != 5 {
		t.Errorf("tasks %v, want %v", got, want)
	}
	asNew(t, "after the split", pulled(t, copied))
	late := push(t, tablet, operation(2, uuid.NewString(), childVisit("22.55 114.003 0 5", "示例路 2 号")))[0]
	correction := operation(3, before.ID, childVisit("22.55 114.002 0 5", "示例路 1 号之二"))
	correction["base_rev"] = before.Rev
	corrected := push(t, tablet, correction)[0]
	if late.Status != "stored" || late.Area != g3 || corrected.Status != "stored" && corrected.Status != "conflict" {
		t.Errorf("what the tablet held: %+v %+v", late, corrected)
	}
	asNew(t, "after what it held", pulled(t, copied))
	redraw(parcels(parcel(g5, "合", 114, 114.01), parcel(g2, "网格", 114.01, 114.02)))
	if got := territory(mine); !slices.Equal(got, []string{g5, far}) {
		t.Errorf("after the merger the worker has %v", got)
	}
	if got := tasks()[g5+" "+mine.Id+" open"]; got != 7 {
		t.Errorf("after the merger the tasks are %v", tasks())
	}
	asNew(t, "after the merger", pulled(t, copied))
	got := redraw(parcels(parcel("990101001002002", "网格", 114.03, 114.04))) // beside it nothing is left of 990101001002001
	if len(got) != 1 || got[0].Record != lost.Id || !slices.Equal(got[0].From, got[0].To) {
		t.Errorf("whose grid ended with nothing in its place: %+v", got)
	}
	if got := territory(next); !slices.Equal(got, []string{gridNext}) || tasks()[gridNext+" "+next.Id+" open"] != 5 {
		t.Errorf("the neighbour has %v, %v", got, tasks())
	}
	var audited int
	if _, err := collections.One(collections.Read(app.TestApp), `SELECT COUNT(*) FROM audit WHERE action='areas.follow' AND record=?`, []any{mine.Id}, &audited); err != nil || audited != 2 {
		t.Errorf("%d entries of the audit trail (%v)", audited, err)
	}
}
