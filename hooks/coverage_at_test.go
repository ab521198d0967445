package hooks_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// What was visited is counted under the grids that there are, and under those that there were before a split.
func TestCoverageUnderTheAreasOfAnotherDay(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		_, err := db.Exec(`UPDATE areas SET created='2026-01-01 00:00:00.000Z'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, point := range []string{"22.55 114.002 0 5", "22.55 114.008 0 5", testapp.Inside(gridNext)} {
		if r := push(t, tablet, operation(i+1, uuid.NewString(), childVisit(point, fmt.Sprintf("示例路 %d 号", i))))[0]; r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
	}
	count := func(level, at string) string {
		t.Helper()
		var page struct {
			Items []struct {
				Code                         string
				Expected, Visited, Completed int
			}
		}
		manager.Want(200, get, "/api/doorstep/v1/coverage?within=990101001001&level="+level+at, nil, &page)
		return fmt.Sprint(page.Items)
	}
	grids, community := count("grid", ""), count("community", "")
	if got := count("grid", "&at=2026-11-22"); got != grids {
		t.Errorf("nothing has changed, and yesterday is %s, not %s", got, grids)
	}
	w := witness{contract: readContract(t), t: t, served: server, seen: map[string]bool{}}
	w.send(manager, post, "/api/doorstep/v1/areas", nil, "?crs=wgs84&replace=1", file{"grids.geojson", split}, 200)
	if err := app.Doorstep.Reassign(t.Context(), app.TestApp); err != nil {
		t.Fatal(err)
	}
	now := count("grid", "")
	if now == grids || count("community", "") != community {
		t.Errorf("after the split: %s", now)
	}
	if got := count("grid", "&at=2026-11-22"); got != grids {
		t.Errorf("under the grids of yesterday %s, want %s", got, grids)
	}
	if got := count("community", "&at=2026-11-22"); got != community {
		t.Errorf("the community: %s, want %s", got, community)
	}
	if got := count("grid", "&at=2026-11-25"); got != now {
		t.Errorf("under those of a later day %s, want %s", got, now)
	}
	if status, _ := manager.Do(get, "/api/doorstep/v1/coverage?at=x", nil); status != 400 {
		t.Errorf("no day: %d", status)
	}
}
