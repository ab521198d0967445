package hooks_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// TestNoReadThatFailsIsAShortList reads at every size of territory what is put together of several statements, while one after the other
// fails: whichever it is, the answer says so.
func TestNoReadThatFailsIsAShortList(t *testing.T) {
	t.Parallel()
	c := newCrew(t, `{"attempts":9,"days":2}`)
	seq := 0
	visit := func(tablet *testapp.Client, answers map[string]any) string {
		t.Helper()
		seq++
		op := operation(seq, uuid.NewString(), answers)
		op["campaign"] = c.campaign
		if r := push(t, tablet, op)[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
		return op["id"].(string)
	}
	houses := map[string]int{}
	for n := range 3 {
		houses[visit(c.field[0], home(n, "oral"))] = n
	}
	first := visit(c.field[0], childVisit(testapp.Inside(gridA), "示例路 7 号", child("王小明", number1, "2015-03-01", nil)))
	visit(c.field[1], childVisit(testapp.Inside(gridB), "示例路 8 号", child("王晓明", number1, "2015-03-01", nil)))
	c.clean(0, 6)
	c.draw(map[string]any{"count": 2, "seed": "first"})
	c.Advance(time.Minute)
	for _, one := range c.rechecks(c.boss) {
		if n, ok := houses[one.Record]; ok {
			visit(c.field[1], home(n, "oral"))
		}
	}
	if status := uploadTo(t, c.manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(split), "", new(any)); status != http.StatusOK {
		t.Fatal(status)
	}
	settled(t, c.App)
	job := "/area-jobs/" + list(t, collections.Read(c.TestApp), `SELECT id FROM jobs WHERE kind='reassign'`)[0]
	c.boss.Want(http.StatusOK, post, "/api/doorstep/v1/queues", object{"name": "有疑问的", "filter": object{"state": "has_issues"}}, nil)
	household := columnOf(t, c.App, first, "household")
	near := c.Client(t, c.Serve(t), c.Worker(t, "S-near", "supervisor", "990101001001"))
	const shared = "/records/child_visits/"
	for _, read := range []struct {
		who   *testapp.Client
		paths []string
	}{
		{c.manager, []string{"/areas", "/areas/outlines?within=9901", "/outcomes?by=worker", "/workers", "/watch", "/campaigns", "/coverage?level=grid",
			"/coverage?level=community&at=2026-11-22", "/forms", "/forms/child_visit/points", "/audit", job, job + "/outlines", "/area-jobs", "/quality/datums?form=child_visit"}},
		{c.boss, []string{"/rechecks?campaign=" + c.campaign, "/agreement?campaign=" + c.campaign, "/quality?form=child_visit", "/queue/clean", "/duplicates",
			"/queue?state=" + allStates, "/today", "/work", "/workers/" + c.workers[0].Id + "/day", shared + first, shared + first + "/history", job + "/moves?from=" + gridA + "&to=990101001001003",
			"/households/" + household, "/queues", "/reports"}},
		{near, []string{"/quality?form=child_visit", "/queue/counts", "/today", "/outcomes", "/coverage", "/coverage?at=2026-11-22", "/coverage/pace",
			"/coverage/workers", "/queue?state=" + allStates, "/queue?state=" + allStates + "&code=unplaced", "/queue?returned=1", "/areas/outlines?within=990101001", "/quarantine", "/campaigns", "/needs/counts"}},
	} {
		for _, path := range read.paths {
			at := "/api/doorstep/v1" + path
			if _, status, answer := failsAtEach(t, c.App, get, at, func() (int, []byte) { return read.who.Do(get, at, nil) }); status != http.StatusOK {
				t.Errorf("%s: %d %s", at, status, answer)
			}
		}
	}
}
