package reassign_test

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/reassign"
	"doorstep/internal/testapp"
)

// land is a strip of ground that is cut into grids at some of its marks; each grid has a code of its own.
type land struct {
	cuts  []int // marks where a grid ends, the last one the end of all
	codes []string
	made  int
}

const marks = 24

func (l *land) code() string {
	l.made++
	return fmt.Sprintf("990101001001%03d", l.made)
}

func west(mark int) float64 { return 114 + 0.001*float64(mark) }

// holding is the code of the grid at a place, by its cuts alone.
func (l *land) holding(lon float64) string {
	for i, cut := range l.cuts {
		if lon < west(cut) {
			return l.codes[i]
		}
	}
	return ""
}

func (l *land) file() grid.File {
	var features []string
	from := 0
	for i, cut := range l.cuts {
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"%s"},"geometry":{"type":"Polygon","coordinates":[[[%[3]v,22.5],[%[4]v,22.5],[%[4]v,22.51],[%[3]v,22.51],[%[3]v,22.5]]]}}`, l.codes[i], l.codes[i]+"名", west(from), west(cut)))
		from = cut
	}
	return grid.File{Name: "grids.geojson", Data: []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)}
}

// change splits, merges, redraws or renames grids.
func (l *land) change(t *rapid.T) {
	i := rapid.IntRange(0, len(l.cuts)-1).Draw(t, "grid")
	from := 0
	if i > 0 {
		from = l.cuts[i-1]
	}
	switch what := rapid.SampledFrom([]string{"split", "split keeping a code", "merge", "redraw", "recode"}).Draw(t, "what"); {
	case strings.HasPrefix(what, "split") && l.cuts[i]-from > 1:
		at := rapid.IntRange(from+1, l.cuts[i]-1).Draw(t, "cut")
		l.cuts, l.codes = slices.Insert(l.cuts, i, at), slices.Insert(l.codes, i, l.code())
		if what == "split" {
			l.codes[i+1] = l.code()
		}
	case what == "merge" && i+1 < len(l.cuts):
		l.cuts, l.codes = slices.Delete(l.cuts, i, i+1), slices.Delete(l.codes, i, i+1)
		l.codes[i] = l.code()
	case what == "redraw" && i+1 < len(l.cuts) && l.cuts[i+1]-from > 1:
		l.cuts[i] = rapid.IntRange(from+1, l.cuts[i+1]-1).Draw(t, "border")
	case what == "recode":
		l.codes[i] = l.code()
	}
}

// where reads the place of each household and of each visit.
func where(t *rapid.T, app *testapp.App, columns string) map[string]string {
	places := map[string]string{}
	for _, table := range []string{"households", "child_visits"} {
		err := collections.Each(collections.Read(app.TestApp), `SELECT id, `+columns+` FROM `+table, nil, func(rows *sql.Rows) error {
			var id, place string
			err := rows.Scan(&id, &place)
			places[table+"/"+id] = place
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return places
}

// However the grids are split, merged, redrawn and recoded while records come in, each record with a point lies where a fresh
// look puts it; what has none stays countable; and looking at everything again moves nothing.
func TestIncrementalEqualsFromScratch(t *testing.T) {
	app := testapp.New(t)
	app.Known(t)
	runner := reassign.Runner{Forms: app.Doorstep.Library, Areas: app.Doorstep.Areas, Now: time.Now}
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		empty(t, app)
		l := &land{cuts: []int{8, 16, marks}}
		l.codes = []string{l.code(), l.code(), l.code()}
		points := map[string]float64{}
		apply := func() {
			day = day.Add(time.Hour)
			if _, err := grid.Import(context.Background(), app.TestApp, l.file(), grid.Options{Datum: grid.WGS84, Replace: true, Anyway: true, By: "x", Now: day}); err != nil {
				t.Fatal(err)
			}
			if err := app.Doorstep.Areas.Load(app.TestApp); err != nil {
				t.Fatal(err)
			}
		}
		apply()
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			for range rapid.IntRange(1, 4).Draw(t, "records") {
				n++
				id := fmt.Sprintf("record-%06d", n)
				lon := 0.0
				if rapid.Bool().Draw(t, "has a point") {
					lon = west(rapid.IntRange(0, marks-1).Draw(t, "mark")) + rapid.SampledFrom([]float64{0.0005, 0.00003, 0.00097}).Draw(t, "beside")
				}
				enter(t, app, l, id, lon, rapid.SampledFrom([]string{"import", "gps"}).Draw(t, "method"), points)
			}
			l.change(t)
			apply()
			if err := runner.Run(context.Background(), app.TestApp); err != nil {
				t.Fatal(err)
			}
		}
		got := where(t, app, "area")
		for id, lon := range points {
			if want := l.holding(lon); got[id] != want {
				t.Fatalf("%s at %v lies in %s, not in %s; grids %v at %v", id, lon, got[id], want, l.codes, l.cuts)
			}
		}
		for id, area := range got {
			if !slices.Contains(l.codes, area) && points[id] != 0 || !strings.HasPrefix(area, "9901") {
				t.Fatalf("%s lies in %q, which is no area", id, area)
			}
		}
		const all = "area||' '||area_method||' '||round(area_confidence,6)||' '||rev||' '||COALESCE((SELECT why FROM placements p WHERE p.record=id),'')"
		before := where(t, app, all)
		err := collections.Write(context.Background(), app.TestApp, func(db collections.DB) error {
			_, err := reassign.Begin(db, "x", day)
			return err
		})
		if err == nil {
			err = runner.Run(context.Background(), app.TestApp)
		}
		if err != nil {
			t.Fatal(err)
		}
		if after := where(t, app, all); !maps.Equal(before, after) {
			t.Fatalf("from scratch differs:\n%v\n%v", before, after)
		}
	})
}

func empty(t *rapid.T, app *testapp.App) {
	err := collections.Write(context.Background(), app.TestApp, func(db collections.DB) error {
		for _, table := range []string{"areas", "area_revisions", "jobs", "area_moves", "placements", "households", "child_visits"} {
			if _, err := db.Exec(`DELETE FROM ` + table); err != nil {
				return err
			}
		}
		now := collections.Stamp(time.Now())
		return collections.Insert(db, collections.Areas, collections.Row{{Column: "id", Value: "990101001001"}, {Column: "code", Value: "990101001001"}, {Column: "area", Value: "990101001001"}, {Column: "name", Value: "社区"},
			{Column: "level", Value: "community"}, {Column: "boundary", Value: "null"}, {Column: "active", Value: true}, {Column: "rev", Value: 1}, {Column: "created", Value: now}, {Column: "updated", Value: now}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// enter writes a household and a visit to it as intake does: by its point, or else where somebody said.
func enter(t *rapid.T, app *testapp.App, l *land, id string, lon float64, method string, points map[string]float64) {
	at, location := now{l.codes[0], method, 1}, `{"lon":0,"lat":0}`
	source, in := "v-"+id, grid.Input{}
	if lon != 0 {
		in = grid.Input{HasPoint: true, Lon: lon, Lat: 22.505, AccuracyM: 5}
		a := grid.Assign(app.Doorstep.Areas.Index(), in)
		at, location = now{a.Area, method, a.Confidence}, fmt.Sprintf(`{"lon":%v,"lat":22.505}`, lon)
		points["households/"+id], points["child_visits/v-"+id] = lon, lon
	}
	if method == "import" {
		source, in.HouseholdArea = "", at.area
	}
	visited := now{at.area, "household", 0.7}
	a := grid.Assign(app.Doorstep.Areas.Index(), in)
	if a.Area != "" {
		visited = now{a.Area, string(a.Method), a.Confidence}
	}
	err := collections.Write(context.Background(), app.TestApp, func(db collections.DB) error {
		place := func(n now) collections.Row {
			return collections.Row{{Column: "area", Value: n.area}, {Column: "area_method", Value: n.method}, {Column: "area_confidence", Value: n.confidence}, {Column: "location", Value: location}, {Column: "accuracy_m", Value: 5}, {Column: "rev", Value: 1}}
		}
		if err := collections.Insert(db, collections.Households, append(collections.Row{{Column: "id", Value: id}, {Column: "source", Value: source}}, place(at)...)); err != nil {
			return err
		}
		if a.Area != "" {
			if err := grid.Keep(db, "v-"+id, a, true); err != nil {
				return err
			}
		}
		version := app.Doorstep.Library.Current()["child_visit"].Version
		return collections.Insert(db, "child_visits", append(collections.Row{{Column: "id", Value: "v-" + id}, {Column: "form", Value: "child_visit"}, {Column: "form_version", Value: version}, {Column: "household", Value: id}, {Column: "issues", Value: "[]"}}, place(visited)...))
	})
	if err != nil {
		t.Fatal(err)
	}
}

type now struct {
	area, method string
	confidence   float64
}

// TestAJobOfAreasTurnsAlone stops and resumes jobs of every state, of areas and of lists, one after the other: those of areas turn that
// have not ended, or were stopped.
func TestAJobOfAreasTurnsAlone(t *testing.T) {
	app := testapp.New(t)
	now := app.Doorstep.Now()
	for _, kind := range []string{"reassign", "roster"} {
		for _, state := range []string{collections.JobWaiting, collections.JobRunning, collections.JobDone, collections.JobFailed,
			collections.JobCancelled, collections.JobInterrupted} {
			app.Plant(t, collections.Jobs, map[string]any{"id": kind + "-" + state, "kind": kind, "areas": "[]", "created_by": "m",
				"status": state, "created": collections.Stamp(now), "updated": collections.Stamp(now)})
		}
	}
	for _, act := range []struct {
		name string
		turn func(db collections.DB, id string, now time.Time) (bool, error)
		of   []string
		to   string
	}{
		{"resume", reassign.Resume, []string{collections.JobCancelled}, collections.JobWaiting},
		{"cancel", reassign.Cancel, []string{collections.JobWaiting, collections.JobRunning}, collections.JobCancelled},
	} {
		now = now.Add(time.Minute)
		for id, row := range app.Picture(t)[collections.Jobs] {
			want := row["kind"] == "reassign" && slices.Contains(act.of, row["status"])
			before := app.Picture(t)
			var turned bool
			if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) (err error) {
				turned, err = act.turn(db, id, now)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			moved := app.Moved(t, before)
			if turned != want || want != slices.Equal(moved, []string{"jobs " + id + ": status updated"}) || !want && len(moved) > 0 {
				t.Errorf("%s %s, which is %s: %t, moved %q", act.name, id, row["status"], turned, moved)
			}
			if after := app.Picture(t)[collections.Jobs][id]["status"]; want && after != act.to {
				t.Errorf("%s %s: it is %s", act.name, id, after)
			}
		}
	}
	app.Plant(t, collections.Households, map[string]any{"id": "looked at", "area": "99", "area_method": "import"})
	app.Plant(t, collections.Jobs, map[string]any{"id": "through", "kind": "reassign", "areas": `["99"]`, "created_by": "m", "status": collections.JobWaiting,
		"place": "99 0 ", "done": 7, "total": 9, "moved": 3, "created": collections.Stamp(now), "updated": collections.Stamp(now)})
	runner := reassign.Runner{Forms: app.Doorstep.Library, Areas: app.Doorstep.Areas, Now: app.Doorstep.Now}
	if err := runner.Run(t.Context(), app.TestApp); err != nil {
		t.Fatal(err)
	}
	job, err := reassign.Find(collections.Read(app.TestApp), "through")
	if err != nil || job.Status != collections.JobDone || job.Done != 7 || job.Total != 9 || job.Moved != 3 {
		t.Errorf("a job that was through when it stopped: %+v, %v", job, err)
	}
}

// TestAJobOfManyRecordsMovesEach recodes a grid in which more households, visits and people without a household lie than one transaction looks
// at, and its neighbour keeps the same.
func TestAJobOfManyRecordsMovesEach(t *testing.T) {
	app := testapp.New(t)
	const from, to, beside, many = "990101001001001", "990101001001002", "990101001001003", 201
	for _, code := range []string{to, beside} {
		app.Plant(t, collections.Areas, map[string]any{"id": code, "code": code, "area": code, "level": "grid", "name": "今", "active": true, "boundary": "null"})
	}
	app.Plant(t, "area_revisions", map[string]any{"id": "r", "code": from, "name": "昔", "level": "grid", "parent": from[:12], "expected_households": 0,
		"valid_from": "2026-01-01 00:00:00.000Z", "valid_to": "2026-02-01 00:00:00.000Z", "kind": "recoded", "became": `["` + to + `"]`, "boundary": "null"})
	for _, area := range []string{from, beside} {
		for table, columns := range map[string]string{
			collections.Households: "area_method, area_confidence", collections.Persons: "name, phone", "child_visits": "issues, area_confidence",
		} {
			query := fmt.Sprintf(`INSERT INTO %s (id, area, rev, %s) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<%d)
				SELECT '%[1]s of %[4]s '||i, '%[4]s', 1, '[]', 1 FROM n`, table, columns, many, area)
			if _, err := app.NonconcurrentDB().NewQuery(query).Execute(); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		_, err := reassign.Begin(db, "x", app.Doorstep.Now())
		return err
	})
	if err == nil {
		err = app.Doorstep.Reassign(t.Context(), app.TestApp)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{collections.Households, collections.Persons, "child_visits"} {
		areas, err := collections.Map[string, int](collections.Read(app.TestApp), `SELECT area, COUNT(*) FROM `+table+` GROUP BY area`)
		if want := map[string]int{to: many, beside: many}; err != nil || !maps.Equal(areas, want) {
			t.Errorf("%s: %v, %v", table, areas, err)
		}
	}
	jobs, err := reassign.Jobs(collections.Read(app.TestApp), "", 9)
	if err != nil || len(jobs) != 1 || jobs[0].Total != 4*many || jobs[0].Done < 5*many || jobs[0].Moved != 3*many || jobs[0].Skipped != 0 {
		t.Errorf("%+v, %v", jobs, err)
	}
}
