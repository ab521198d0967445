package hooks_test

import (
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// By the clock, the cases are counted of which a visit has changed.
func TestCasesAreCountedByTheClock(t *testing.T) {
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
