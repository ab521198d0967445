package hooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

// countedAt tells what coverage says of the grids or communities of City, as "code expected/visited/completed".
func countedAt(t *testing.T, by *testapp.Client, level, at string) map[string]string {
	t.Helper()
	var page struct {
		Items []struct {
			Code                         string
			Expected, Visited, Completed int
		}
	}
	by.Want(200, get, "/api/doorstep/v1/coverage?level="+level+"&at="+at, nil, &page)
	told := map[string]string{}
	for _, a := range page.Items {
		told[a.Code] = fmt.Sprintf("%d/%d/%d", a.Expected, a.Visited, a.Completed)
	}
	return told
}

func differ(a, b map[string]string) (codes []string) {
	for code := range a {
		if a[code] != b[code] {
			codes = append(codes, code+" "+a[code]+" → "+b[code])
		}
	}
	for code := range b {
		if a[code] == "" {
			codes = append(codes, code+" new "+b[code])
		}
	}
	return codes
}

// Grids are split, merged, recoded and redrawn in the middle of a sweep: what was visited counts under those that there are, and under
// those of any day before, also what came later; grids beside them count the same all the time.
func TestCoverageUnderTheAreasOfAnotherDay(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet := app.Client(t, server, app.Worker(t, "F1", "field", "9901")).Register()
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	visits := 0
	send := func(answers map[string]any) receipt {
		t.Helper()
		visits++
		r := push(t, tablet, operation(visits, uuid.NewString(), answers))[0]
		if r.Status != "stored" {
			t.Fatalf("%+v", r)
		}
		return r
	}
	visit := func(lon string) receipt {
		t.Helper()
		return send(childVisit("22.55 "+lon+" 0 5", fmt.Sprintf("示例路 %d 号", visits+1)))
	}
	for _, lon := range []string{"114.002", "114.008", "114.015", "114.025", "114.035", "114.045", "114.055", "114.0662", "114.075"} {
		visit(lon)
	}
	wrong := childVisit("22.55 114.0663 0 5", "示例路 10 号") // beside the grid where they live
	wrong["household"].(map[string]any)["household_listed"] = "listed"
	wrong["household"].(map[string]any)["household_id"] = visit("114.0695").Household
	app.Client(t, server, app.Worker(t, "S1", "supervisor", "990102")).Want(200, post, "/api/doorstep/v1/records/child_visits/"+
		send(wrong).ID+"/review", map[string]any{"decision": "reject", "comment": "定位有误"}, nil)
	first := app.Doorstep.Now().Format(time.DateOnly)
	day := func() string { app.Advance(24 * time.Hour); return app.Doorstep.Now().Format(time.DateOnly) }
	grids, communities := countedAt(t, manager, "grid", ""), countedAt(t, manager, "community", "")
	if got := countedAt(t, manager, "grid", first); len(differ(grids, got)) > 0 || len(grids) != 8 {
		t.Fatalf("nothing has changed, and today is %v", differ(grids, got))
	}
	changes := []struct {
		name, file, late string
		now              map[string]string // what is counted of the grids that changed
		then             string            // the grid of then that what came later lies in
	}{
		{"split", split, "114.003", map[string]string{"990101001001003": "0/2/2", "990101001001004": "0/1/1"}, "990101001001001"},
		{"merge", parcels(parcel("990101001002003", "合", 114.02, 114.04)), "114.036", map[string]string{"990101001002003": "0/3/3"}, "990101001002002"},
		{"recode", parcels(parcel("990102001001009", "新码", 114.04, 114.05), parcel("990102001001002", "网格", 114.05, 114.06)), "114.044",
			map[string]string{"990102001001009": "0/2/2"}, "990102001001001"},
		{"redraw", parcels(parcel("990102001002001", "网格", 114.06, 114.0665), parcel("990102001002002", "网格", 114.0665, 114.08)), "114.0691",
			map[string]string{"990102001002001": "10/1/1", "990102001002002": "10/3/3"}, "990102001002001"},
	}
	days, before := []string{first}, []map[string]string{grids}
	for _, c := range changes {
		days = append(days, day())
		if status := uploadTo(t, manager, "/api/doorstep/v1/areas?crs=wgs84&replace=1", "grids.geojson", []byte(c.file), "", new(any)); status != 200 {
			t.Fatal(c.name, status)
		}
		settled(t, app)
		visit(c.late)
		now := countedAt(t, manager, "grid", "")
		for code, want := range c.now {
			if now[code] != want {
				t.Errorf("%s: %s is %s, not %s", c.name, code, now[code], want)
			}
		}
		for i, then := range before { // under the grids of each earlier day: what was there, and what has come since
			got := countedAt(t, manager, "grid", days[i])
			want := map[string]string{}
			for code, n := range then {
				want[code] = n
			}
			if got[c.then] == want[c.then] {
				t.Errorf("%s: what came later is not counted in %s under the grids of day %d", c.name, c.then, i)
			}
			got[c.then] = want[c.then]
			if d := differ(want, got); len(d) > 0 {
				t.Errorf("%s: under the grids of day %d: %s", c.name, i, strings.Join(d, ", "))
			}
			before[i] = countedAt(t, manager, "grid", days[i])
		}
		if got := countedAt(t, manager, "community", days[0]); len(got) != len(communities) {
			t.Errorf("%s: communities %v", c.name, got)
		}
		before = append(before, now)
	}
	if total := countedAt(t, manager, "city", first)["9901"]; !strings.HasSuffix(total, "/14/14") {
		t.Errorf("the city counts %s", total)
	}
	if status, _ := manager.Do(get, "/api/doorstep/v1/coverage?at=x", nil); status != 400 {
		t.Errorf("no day: %d", status)
	}
}
