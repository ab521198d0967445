package grid_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/internal/corpora"
	"doorstep/internal/grid"
	"doorstep/internal/testapp"
)

// TestWhatAnImportTellsAndWrites writes down all that imports say, of files with every mistake and of one that changes a city in every way,
// and every row that the second writes; then where records lay before it.
func TestWhatAnImportTellsAndWrites(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	before, now := app.Picture(t), time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	var out strings.Builder
	var job string
	try := func(name string, f grid.File, o grid.Options) {
		t.Helper()
		o.By, o.Now = "operator", now
		r, err := grid.Import(t.Context(), app, f, o)
		if job = r.Job; job != "" {
			r.Job = "a job"
		}
		fmt.Fprintf(&out, "# %s: %v\n", name, err)
		for _, m := range r.Mistakes {
			fmt.Fprintln(&out, m.Row, m.Column, m.Code, m.ZH, m.EN)
		}
		r.Mistakes = nil
		told, wrong := json.Marshal(r)
		if wrong != nil {
			t.Fatal(wrong)
		}
		fmt.Fprintln(&out, strings.NewReplacer(`},{`, "},\n{", `],"`, "],\n\"").Replace(string(told)))
	}
	property := func(feature, more string) string { return strings.Replace(feature, `"name"`, more+`,"name"`, 1) }
	shaped := func(code, geometry string) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"形"},"geometry":%s}`, code, geometry)
	}
	ring := func(points string) string { return `{"type":"Polygon","coordinates":[[` + points + `]]}` }
	const square, hole = `[114,22.5],[114.01,22.5],[114.01,22.6],[114,22.6],[114,22.5]`, `[114.002,22.51],[114.008,22.51],[114.008,22.59],[114.002,22.59],[114.002,22.51]`
	mistakes := geoJSON(box("", "无码", 114, 22, 114.1, 22.1), box("99010", "位数", 114, 22, 114.1, 22.1), box("990101001001003", "", 114, 22.5, 114.01, 22.6),
		box("990101001001004", "一", 114.3, 22.5, 114.31, 22.6), box("990101001001004", "二", 114.3, 22.5, 114.31, 22.6),
		property(box("990101001001005", "户", 114, 22.5, 114.01, 22.6), `"expected_households":-1`), property(box("990101001001006", "户", 114, 22.5, 114.01, 22.6), `"expected_households":1.5`),
		property(box("990101001001007", "级", 114, 22.5, 114.01, 22.6), `"level":"hamlet"`), property(box("990101001001008", "级", 114, 22.5, 114.01, 22.6), `"level":"社区"`),
		`{"type":"Feature","properties":7}`, shaped("990101001001010", `{"type":"Point","coordinates":[114,22]}`), shaped("990101001001011", `7`),
		shaped("990101001001012", `{"type":"Polygon","coordinates":[[[114]]]}`), shaped("990101001001013", `{"type":"Polygon","coordinates":[]}`),
		shaped("990101001001014", `{"type":"MultiPolygon","coordinates":[]}`), shaped("990101001001015", ring(``)), shaped("990101001001016", ring(`[114,22],[115,22],[115,23],[114,23]`)),
		shaped("990101001001017", ring(`[114,22],[115,22],[114,22]`)), shaped("990101001001018", ring(`[22,114],[23,114],[23,115],[22,114]`)),
		shaped("990101001001019", ring(`[114,22],[115,23],[115,22],[114,23],[114,22]`)), shaped("990101001001020", ring(square+`],[`+`[115,22],[115.1,22],[115.1,22.1],[115,22]`)),
		shaped("990101001001021", ring(square+`],[`+hole+`],[`+`[114.003,22.52],[114.004,22.52],[114.004,22.53],[114.003,22.52]`)),
		box("990101001001022", "宽", 100, 20, 120.1, 21), box("990102001001001", "别处", 114.04, 22.5, 114.05, 22.6))
	mistakes.Data = []byte(strings.Replace(string(mistakes.Data), `{`, `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}},"later":1,`, 1))
	check := grid.Options{Datum: grid.WGS84, Check: true, Picture: true, Territory: []string{"990101"}}
	try("mistakes", mistakes, check)
	mistakes.Data = []byte(strings.Replace(string(mistakes.Data), "4490", "3857", 1))
	try("mistakes, not of a check", mistakes, grid.Options{Datum: grid.WGS84, Anyway: true})
	try("what is found", geoJSON(shaped("990101001001001", `{"type":"MultiPolygon","coordinates":[[[`+square+`],[`+hole+`]],[[[114.013,22.5],[114.015,22.5],[114.015,22.6],[114.013,22.5]]]]}`),
		box("990101001002001", "网格", 114.02, 22.5, 114.025, 22.6), box("990101001002002", "网格", 114.03, 22.49, 114.04, 22.6),
		box("990109001001001", "独", 114.2, 22.5, 114.21, 22.6)), check)
	refused := map[string]string{"a.csv": "代码,名称,级别,户数,备注\n,无,,,\n99010,位,,,\n990101001001003,,,,\n990104,新,街道,,\n990105,新,里,x,\n990106,新,区,12,甲\n990106,再,,,\n", "b.csv": "代码,名称\n",
		"c.csv": "名称\n甲\n", "d.txt": "", "e.gpkg": "x", "f.zip": "x", "g.json": "[]", "h.geojson": `{"features":7}`, "i.geojson": `{"features":[]}`, "j.geojson": `{"type":"x"}`, "k.geojson": `{"features":[],"crs":`}
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		f, datum := grid.File{Name: name, Data: []byte(refused[name])}, grid.WGS84
		if strings.HasSuffix(name, ".csv") {
			datum = ""
		}
		try(name, f, grid.Options{Datum: datum})
	}
	try("a list in a datum", grid.File{Name: "a.csv"}, grid.Options{Datum: grid.WGS84})
	try("outlines in none", grid.File{Name: "a.json"}, grid.Options{})
	codes(t, app, &out, now)
	corpora.Golden(t, "testdata/refused.txt", out.String())
	if moved := app.Moved(t, before); len(moved) > 0 {
		t.Errorf("what was refused or looked at wrote %q", moved)
	}
	out.Reset()
	try("all that may become of areas", geoJSON(box("990101001001003", "甲", 114, 22.5, 114.01, 22.55), box("990101001001004", "乙", 114, 22.55, 114.01, 22.6),
		box("990101001001002", "网格", 114.01, 22.5, 114.02, 22.58), box("990101001002003", "丙", 114.02, 22.5, 114.04, 22.6),
		property(box("990102001001001", "新名", 114.04, 22.5, 114.05, 22.6), `"expected_households":"12"`), box("990102001001012", "网格", 114.05, 22.5, 114.06, 22.6)),
		grid.Options{Datum: grid.WGS84, Replace: true})
	var rows []string
	for _, c := range app.Picture(t).Since(before) {
		row := maps.Clone(c.After)
		maps.DeleteFunc(row, func(column, value string) bool {
			return slices.Contains([]string{"id", "rowid", "boundary", "hash", "prev"}, column) || value == ""
		})
		rows = append(rows, strings.ReplaceAll(fmt.Sprintln(c.Table, row), job, "JOB"))
	}
	slices.Sort(rows)
	out.WriteString(strings.Join(rows, ""))
	lay(t, app, &out, now)
	corpora.Golden(t, "testdata/changed.txt", out.String())
}

// codes writes down what is said of lists of house codes that are refused or looked at.
func codes(t *testing.T, app *testapp.App, out *strings.Builder, now time.Time) {
	t.Helper()
	const long = "0123456789012345678901234567890123456789012345678901234567890123"
	for _, c := range []struct{ name, rows string }{
		{"a.csv", "1,990101001001001\n2,990101\n1,990101001001001\n1,990101001001002\n3,990109\n,990101\n4 4,990101\n1.2E+24,990101\n" + long + ",990101\n" + long + "x,990101\n"},
		{"a.pdf", ""}, {"b.csv", ""}, {"c.csv", strings.Repeat(",990101\n", 1100)},
	} {
		for _, check := range []bool{true, false} {
			r, err := grid.ImportHouseCodes(t.Context(), app, grid.File{Name: c.name, Data: []byte("房屋编码,代码,备注\n" + c.rows)}, grid.Options{Check: check, By: "operator", Now: now})
			fmt.Fprintf(out, "# house codes %s, check %v: %v\n", c.name, check, err != nil)
			for _, m := range r.Mistakes[:min(len(r.Mistakes), 20)] {
				fmt.Fprintln(out, m.Row, m.Column, m.Code, m.ZH, m.EN)
			}
			fmt.Fprintln(out, len(r.Mistakes), r.Imported, r.Ignored, r.Job)
		}
	}
}

// lay writes down where records lay just before the areas changed.
func lay(t *testing.T, app *testapp.App, out *strings.Builder, changed time.Time) {
	t.Helper()
	at := func(after time.Duration) string { return collections.Stamp(changed.Add(after)) }
	db := collections.Read(app)
	past, err := grid.PastAt(db, at(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, ranges := range [][]string{nil, {"9901"}, {"990101001001"}, {"990101001001001"}, {"990101001001004"}, {"990102"}, {"990102001001002", "990101001002"}} {
		var within []territory.Range
		for _, code := range ranges {
			within = append(within, territory.Range{Lo: code, Hi: code + "~"})
		}
		moved, err := past.Moved(db, within)
		fmt.Fprintln(out, "moved within", ranges, moved, err)
	}
	for _, code := range []string{"990101001001001", "990101001001002", "990101001001003", "990101001001004", "990101001002001", "990101001002003", "990102001001001",
		"990102001001002", "990102001001012", "990102001002001", "9901", ""} {
		for _, r := range []grid.Lying{{Received: at(-time.Hour)}, {Received: at(time.Hour)}, {Received: at(time.Hour), From: "990101001001001"},
			{Received: at(time.Hour), Location: `{"lon":114.025,"lat":22.55}`, AccuracyM: 5}, {Received: at(time.Hour), Location: `{"lon":114.035,"lat":22.55}`, AccuracyM: 5}} {
			r.Table, r.ID, r.Area = "child_visits", "r", code
			then, err := past.Lay(db, r)
			fmt.Fprintf(out, "%+v lay in %s %v\n", r, then, err)
		}
	}
}
