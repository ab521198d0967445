package testapp

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"doorstep/internal/grid"
)

// City makes a chequerboard of areas: city 9901, districts 990101 and 990102 side by side, each with street 001,
// communities 001 and 002, and grids 001 and 002. Every grid is 0.01 degrees wide; Inside tells a point of one.
func (a *App) City(t testing.TB) {
	t.Helper()
	var features []string
	add := func(code, name string, column, columns int) {
		w, e := 114+0.01*float64(column), 114+0.01*float64(column+columns)
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":%q,"expected_households":10},`+
			`"geometry":{"type":"Polygon","coordinates":[[[%[3]g,22.5],[%[4]g,22.5],[%[4]g,22.6],[%[3]g,22.6],[%[3]g,22.5]]]}}`, code, name, w, e))
	}
	add("9901", "示例市", 0, 8)
	column := 0
	for d := 1; d <= 2; d++ {
		district := fmt.Sprintf("9901%02d", d)
		add(district, "示例区"+district, column, 4)
		add(district+"001", "示例街道"+district, column, 4)
		for c := 1; c <= 2; c++ {
			community := fmt.Sprintf("%s001%03d", district, c)
			add(community, "示例社区"+community, column, 2)
			for g := 1; g <= 2; g++ {
				add(fmt.Sprintf("%s%03d", community, g), "网格", column, 1)
				column++
			}
		}
	}
	collection := `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
	if _, err := grid.Import(context.Background(), a.TestApp, grid.File{Name: "city.geojson", Data: []byte(collection)},
		grid.Options{Datum: grid.WGS84, By: "test", Now: a.clock.now()}); err != nil {
		t.Fatal(err)
	}
	if err := a.Doorstep.Areas.Load(a.TestApp); err != nil {
		t.Fatal(err)
	}
}

// Inside is a point well inside a grid of City, as a form's geopoint with an accuracy of 5 m.
func Inside(gridCode string) string {
	var district, community, cell int
	if _, err := fmt.Sscanf(gridCode, "9901%02d001%03d%03d", &district, &community, &cell); err != nil {
		panic(err) // a test named a grid that City does not make
	}
	column := (district-1)*4 + (community-1)*2 + cell - 1
	return fmt.Sprintf("22.55 %.4f 0 5", 114.005+0.01*float64(column))
}
