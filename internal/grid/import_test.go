package grid_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/internal/grid"
	"doorstep/internal/testapp"
)

// box is a feature of a rectangle.
func box(code, name string, w, s, e, n float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q},"geometry":{"type":"Polygon","coordinates":[[[%[3]v,%[4]v],[%[5]v,%[4]v],[%[5]v,%[6]v],[%[3]v,%[6]v],[%[3]v,%[4]v]]]}}`, code, name, w, s, e, n)
}

func geoJSON(features ...string) grid.File {
	return grid.File{Name: "areas.geojson", Data: []byte(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)}
}

func tally(t *testing.T, app *testapp.App, query string, args ...any) (n int) {
	t.Helper()
	if _, err := collections.One(collections.Read(app.TestApp), query, args, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A dry run tells everything at once and writes nothing.
func TestADryRunTellsEverything(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	before := app.Picture(t)
	f := geoJSON(
		box("990101001001001", "网格", 114, 22.5, 114.011, 22.6),                                     // over its neighbour
		box("990102001002002", "网格", 114.071, 22.5, 114.08, 22.6),                                  // leaves a gap
		box("990109001001001", "网格", 114.2, 22.5, 114.21, 22.6),                                    // below nothing
		strings.Replace(box("990101001001003", "x", 114, 22, 115, 23), "[115,22],", "[115,22,", 1), // not JSON that has positions
	)
	f.Data = []byte(strings.Replace(string(f.Data), "[115,22,[", "[115,22],[114.5,24],[114.2,21],[", 1)) // crosses itself
	r, err := grid.Import(t.Context(), app, f, grid.Options{Datum: grid.WGS84, Check: true, By: "operator", Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Mistakes) != 1 || r.Mistakes[0].Code != "area.rings_cross" || r.Mistakes[0].Row != 4 {
		t.Errorf("mistakes: %v", r.Mistakes)
	}
	found := map[string][]string{}
	for _, one := range r.Findings {
		found[one.Code] = append(found[one.Code], strings.Join(one.Areas, " "))
	}
	for code, want := range map[string]string{
		grid.Overlap: "990101001001001 990101001001002", grid.Gap: "990102001002", grid.ParentMissing: "990109001001001 990109001001",
	} {
		if !slices.Equal(found[code], []string{want}) {
			t.Errorf("%s: %v, want %s", code, found[code], want)
		}
	}
	if c := r.Changes; len(c) != 3 || c[0].Kind != grid.Redrawn || c[2].Kind != grid.Added || r.Affected == 0 || r.Job != "" {
		t.Errorf("changes %+v, affected %d, job %q", c, r.Affected, r.Job)
	}
	unread := grid.File{Name: "city.geojson", Data: []byte(`{"features":[`)}
	dry, err := grid.Import(t.Context(), app, unread, grid.Options{Datum: grid.WGS84, Check: true, Now: time.Now()})
	_, wet := grid.Import(t.Context(), app, unread, grid.Options{Datum: grid.WGS84, Now: time.Now()})
	if err != nil || len(dry.Mistakes) != 1 || dry.Mistakes[0].Code != "area.file" || !reflect.DeepEqual(wet, error(dry.Mistakes)) {
		t.Errorf("what cannot be read: %v %v, and %v", dry.Mistakes, err, wet)
	}
	if changed := app.Picture(t).Since(before); len(changed) > 0 {
		t.Errorf("a dry run wrote %v", changed)
	}
	if m2 := r.Findings[slices.IndexFunc(r.Findings, func(f grid.Finding) bool { return f.Code == grid.Overlap })].M2; m2 < 1.13e6 || m2 > 1.15e6 { // 0.001° × 0.1° at 22.55° N
		t.Errorf("the overlap has %.0f m²", m2)
	}
}

// A dry run draws what would change, what is wrong and what lies beside it, from files of any kind and in the datum of what is stored.
func TestADryRunDrawsWhatWouldChange(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	name := func(side []grid.Drawn) (all []string) {
		for _, d := range side {
			all = append(all, fmt.Sprint(d.Code, " ", d.Kind, " ", d.Row))
		}
		slices.Sort(all)
		return all
	}
	cases := []struct {
		name          string
		file          grid.File
		options       grid.Options
		before, after []string
	}{
		{"a border moves, beside another",
			geoJSON(box("990101001001001", "网格", 114, 22.5, 114.005, 22.6)), grid.Options{Datum: grid.WGS84},
			[]string{"990101001001001  0", "990101001001002  0"}, []string{"990101001001001 moved 1", "990101001001002 same 0"}},
		{"a new one, and two that are wrong",
			geoJSON(box("990101001001003", "", 114, 22.6, 114.01, 22.7), box("990101001001009", "新", 114.01, 22.6, 114.02, 22.7), box("990101001001004", "无", 114, 22.6, 314, 22.7)),
			grid.Options{Datum: grid.WGS84},
			[]string{"990101001001001  0", "990101001001002  0"},
			[]string{"990101001001001 same 0", "990101001001002 same 0", "990101001001003 wrong 1", "990101001001009 new 2"}},
		{"nothing can be read as an area", geoJSON(box("990101001001003", "", 114, 22.6, 114.01, 22.7)), grid.Options{Datum: grid.WGS84},
			nil, []string{"990101001001003 wrong 1"}},
		{"another's area", geoJSON(box("990102001001001", "网格", 114.04, 22.5, 114.06, 22.6)), grid.Options{Datum: grid.WGS84, Territory: []string{"990101"}},
			nil, []string{"990102001001001 wrong 1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.options.Check, c.options.Picture, c.options.Now = true, true, time.Now()
			r, err := grid.Import(t.Context(), app, c.file, c.options)
			if err != nil || r.Picture == nil {
				t.Fatalf("%+v %v", r.Mistakes, err)
			}
			if got := name(r.Picture.Before); !slices.Equal(got, c.before) {
				t.Errorf("before: %q, want %q", got, c.before)
			}
			if got := name(r.Picture.After); !slices.Equal(got, c.after) {
				t.Errorf("after: %q, want %q", got, c.after)
			}
		})
	}
	lon, lat := grid.GCJ02.FromWGS84(114, 22.5)
	east, north := grid.GCJ02.FromWGS84(114.005, 22.6)
	shifted := geoJSON(box("990101001001001", "网格", lon, lat, east, north), box("990101001001003", "", lon, lat, east, north))
	r, err := grid.Import(t.Context(), app, shifted, grid.Options{Datum: grid.GCJ02, Check: true, Picture: true, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Picture.After {
		if d.Row > 0 && !strings.Contains(string(d.Geometry), "[114,22.5]") {
			t.Errorf("%s %s: %s", d.Code, d.Kind, d.Geometry)
		}
	}
	var many []string
	for i := range 700 {
		w := 114 + float64(i)/1000
		many = append(many, box(fmt.Sprintf("990103001%03d%03d", 1+i/700, 1+i), "新", w, 23, w+0.001, 23.1))
	}
	r, err = grid.Import(t.Context(), app, geoJSON(many...), grid.Options{Datum: grid.WGS84, Check: true, Picture: true, Now: time.Now()})
	if err != nil || len(r.Picture.After) != 500 || r.Picture.Left != 200 {
		t.Errorf("%v: %d areas, %d left out", err, len(r.Picture.After), r.Picture.Left)
	}
}

func TestWhatBecameOfAreas(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	now := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	f := geoJSON( // of three grids: the first split, the second and a part of nothing else in one, by names of their own
		box("990101001001003", "甲", 114, 22.5, 114.01, 22.55), box("990101001001004", "乙", 114, 22.55, 114.01, 22.6), box("990101001001002", "网格", 114.01, 22.5, 114.02, 22.6),
		box("990101001002003", "丙", 114.02, 22.5, 114.04, 22.6),
		box("990102001001001", "新名", 114.04, 22.5, 114.05, 22.6), box("990102001001012", "网格", 114.05, 22.5, 114.06, 22.6))
	r, err := grid.Import(t.Context(), app, f, grid.Options{Datum: grid.WGS84, Replace: true, By: "operator", Now: now})
	if err != nil || r.Ended != 4 || r.Job == "" {
		t.Fatalf("%+v %v", r, err)
	}
	became := map[string]string{}
	for _, c := range r.Changes {
		became[c.Code] = string(c.Kind) + " " + strings.Join(c.Became, " ")
	}
	for code, want := range map[string]string{
		"990101001001001": "split 990101001001003 990101001001004", "990101001002001": "merged 990101001002003", "990101001002002": "merged 990101001002003",
		"990102001001001": "renamed 990102001001001", "990102001001002": "recoded 990102001001012", "990101001001003": "added ",
	} {
		if became[code] != want {
			t.Errorf("%s: %s, want %s", code, became[code], want)
		}
	}
	if n := tally(t, app, `SELECT COUNT(*) FROM area_revisions WHERE valid_to=? AND became!='[]'`, collections.Stamp(now)); n != 5 {
		t.Errorf("%d revisions ended", n)
	}
	if n := tally(t, app, `SELECT COUNT(*) FROM areas WHERE NOT active`); n != 4 {
		t.Errorf("%d areas are out of use", n)
	}
	if n := tally(t, app, `SELECT COUNT(*) FROM area_revisions WHERE code LIKE '9901020010020%'`); n != 0 {
		t.Errorf("%d revisions of a neighbour that nobody named", n)
	}
}

// Outlines in GCJ-02 that are taken for WGS-84 lie half a kilometre off: the households that are known tell.
func TestAWrongDatumIsSeen(t *testing.T) {
	app := testapp.New(t)
	var right, shifted []string
	now := time.Now()
	err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for i := range 10 {
			w, s := 114+0.003*float64(i), 22.5
			code := fmt.Sprintf("990101001001%03d", i+1)
			right = append(right, box(code, "网格", w, s, w+0.003, s+0.003))
			lon, lat := grid.GCJ02.FromWGS84(w, s)
			shifted = append(shifted, box(code, "网格", lon, lat, lon+0.003, lat+0.003))
			for j := range 12 { // the last six came to their area by outlines that lie as wrong
				way, lon, lat := grid.Method("import"), w+0.0005*float64(j), s+0.0004*float64(j)+0.0001
				if j >= 6 {
					way, lon, lat = grid.ByGPS, lon+0.0015, lat-0.001
				}
				row := collections.Row{{Column: "id", Value: fmt.Sprintf("home-%d-%d", i, j)}, {Column: "area", Value: code}, {Column: "area_method", Value: string(way)},
					{Column: "location", Value: fmt.Sprintf(`{"lon":%v,"lat":%v}`, lon, lat)}}
				if err := collections.Insert(db, collections.Households, row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	o := grid.Options{Datum: grid.WGS84, By: "operator", Now: now}
	if _, err := grid.Import(t.Context(), app, geoJSON(shifted...), o); err == nil || !strings.Contains(err.Error(), "gcj02") {
		t.Errorf("GCJ-02 taken for WGS-84: %v", err)
	}
	if n := tally(t, app, `SELECT COUNT(*) FROM areas`); n != 0 {
		t.Errorf("%d areas were written", n)
	}
	o.Check = true
	r, err := grid.Import(t.Context(), app, geoJSON(shifted...), o)
	if err != nil || r.Datum.Looks != grid.GCJ02 || r.Datum.Points != 60 || r.Datum.EastM < 450 || r.Datum.EastM > 600 || r.Datum.NorthM > -200 || r.Datum.NorthM < -400 {
		t.Errorf("%+v %v", r.Datum, err)
	}
	if r, err = grid.Import(t.Context(), app, geoJSON(right...), o); err != nil || r.Datum.Looks != "" || r.Datum.Inside < 58 {
		t.Errorf("the right datum: %+v %v", r.Datum, err)
	}
	o.Check, o.Datum = false, grid.GCJ02
	if _, err = grid.Import(t.Context(), app, geoJSON(shifted...), o); err != nil {
		t.Errorf("declared as what it is: %v", err)
	}
}
