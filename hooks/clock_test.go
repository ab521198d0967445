package hooks_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// By the clock, the cases are counted of which a visit has changed.
func TestCasesAreCountedByTheClock(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", gridA)).Register()
	if r := push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号")))[0]; r.Status != "stored" {
		t.Fatalf("%+v", r)
	}
	count := func(query string) (n int) {
		t.Helper()
		if _, err := collections.One(collections.Read(app.TestApp), query, nil, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const stale, finals = `SELECT COUNT(*) FROM coverage_stale`, `SELECT COUNT(*) FROM coverage_finals`
	if count(stale) == 0 || count(finals) != 0 {
		t.Fatalf("%d stale and %d kept before", count(stale), count(finals))
	}
	for _, j := range app.Cron().Jobs() {
		if j.Id() == "doorstep.coverage" {
			j.Run()
		}
	}
	if count(stale) != 0 || count(finals) == 0 {
		t.Errorf("%d stale and %d kept after", count(stale), count(finals))
	}
}

// When the server ends, no job of the clock begins any more: the database is closed then.
func TestTheClockStopsWithTheServer(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	app.Serve(t)
	asked := func() (jobs []string) {
		for _, j := range app.Cron().Jobs() {
			none := func(string) bool { return false }
			if strings.HasPrefix(j.Id(), "doorstep.") && app.Failing(1000, none, j.Run) == "" && app.Failing(1, none, j.Run) != "" {
				jobs = append(jobs, j.Id())
			}
		}
		return jobs
	}
	if before := asked(); len(before) < 8 {
		t.Fatalf("%q ask the database", before)
	}
	ended := &core.TerminateEvent{App: app.TestApp}
	if err := app.OnTerminate().Trigger(ended, func(*core.TerminateEvent) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if after := asked(); len(after) > 0 {
		t.Errorf("%q ask the database after the end", after)
	}
}
