package hooks_test

import (
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// A record that cannot be written does not block those behind it: it stays, the job's report counts it, and the next job tries again.
func TestARecordThatFailsBlocksNoOther(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	first, behind := "0"+uuid.NewString()[1:], "f"+uuid.NewString()[1:]
	for i, id := range []string{first, behind} {
		push(t, tablet, operation(i+1, id, childVisit("22.55 114.002 0 5", "示例路 "+string(rune('1'+i))+" 号")))
	}
	broken := `CREATE TRIGGER broken BEFORE UPDATE OF area ON child_visits WHEN OLD.id='` + first + `' BEGIN SELECT RAISE(ABORT,'broken'); END`
	if _, err := app.NonconcurrentDB().NewQuery(broken).Execute(); err != nil {
		t.Fatal(err)
	}
	if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(split), "", new(any)); status != 200 {
		t.Fatal(status)
	}
	settled(t, app)
	lie := func(want map[string]string) {
		t.Helper()
		for id, area := range want {
			if got := app.Find(t, "child_visits", id).GetString("area"); got != area {
				t.Errorf("%s lies in %s, not %s", id, got, area)
			}
		}
	}
	lie(map[string]string{first: "990101001001001", behind: "990101001001003"})
	var jobs struct {
		Items []struct {
			Status  string
			Skipped int
		}
	}
	if manager.Want(200, get, areaJobs, nil, &jobs); jobs.Items[0].Status != "done" || jobs.Items[0].Skipped != 1 {
		t.Errorf("%+v", jobs)
	}
	if _, err := app.NonconcurrentDB().NewQuery(`DROP TRIGGER broken`).Execute(); err != nil {
		t.Fatal(err)
	}
	manager.Want(200, post, areaJobs, nil, nil)
	settled(t, app)
	lie(map[string]string{first: "990101001001003", behind: "990101001001003"})

	var all []string
	for next := new(string); next != nil && len(all) < 9; {
		var page struct {
			Items []struct{ ID string }
			Next  *string
		}
		manager.Want(200, get, areaJobs+"?limit=1&cursor="+*next, nil, &page)
		for _, j := range page.Items {
			all = append(all, j.ID)
		}
		next = page.Next
	}
	if len(all) != 2 || all[0] <= all[1] {
		t.Errorf("page by page, the newest first: %v", all)
	}
}
