package seed

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/internal/demo"
	"doorstep/internal/grid"
)

// Split divides the grid with the most visits in the third week of the sweep, as a street office does where the list was too long for one
// worker: an import of areas leaves the job that looks at the records.
func Split(ctx context.Context, app core.App, city *demo.City, at time.Time) error {
	var code string
	found, err := collections.One(collections.Read(app), `SELECT area FROM child_visits WHERE length(area)=15 GROUP BY area
		ORDER BY COUNT(*) DESC, area LIMIT 1`, nil, &code)
	if err != nil || !found {
		return err
	}
	file, err := halved(city, code)
	if err != nil || file == nil {
		return err
	}
	report, err := grid.Import(ctx, app, grid.File{Name: "grids.geojson", Data: file},
		grid.Options{Datum: grid.WGS84, Replace: true, Anyway: true, By: "demo", Now: at})
	if err != nil {
		return fmt.Errorf("split grid %s: %v %w", code, report.Mistakes, err)
	}
	return nil
}

// halved is a file of the grids of a community in which one is cut in two from the middle of a side to that of the one across; nil for
// a grid that has not four sides.
func halved(city *demo.City, code string) ([]byte, error) {
	const community = 12
	whole, known := city.Grid(code)
	if !known || len(whole.Boundary) != 1 || len(whole.Boundary[0]) != 1 || len(whole.Boundary[0][0]) != 9 {
		return nil, nil
	}
	ring, last := whole.Boundary[0][0], ""
	var features []json.RawMessage
	add := func(code, name string, households int, boundary orb.MultiPolygon) error {
		outline, err := grid.MarshalBoundary(boundary)
		if err != nil {
			return err
		}
		feature, err := json.Marshal(map[string]any{"type": "Feature", "geometry": json.RawMessage(outline),
			"properties": map[string]any{"code": code, "name": name, "expected_households": households}})
		features = append(features, feature)
		return err
	}
	for _, a := range city.Areas {
		if a.Level != grid.Grid || a.Code[:community] != code[:community] {
			continue
		}
		if last = a.Code; a.Code == code {
			continue
		}
		if err := add(a.Code, a.Name, a.ExpectedHouseholds, a.Boundary); err != nil {
			return nil, err
		}
	}
	var number int
	if _, err := fmt.Sscanf(last[community:], "%d", &number); err != nil {
		return nil, err
	}
	one := append(append(orb.Ring{}, ring[1:6]...), ring[1])
	two := append(append(append(orb.Ring{}, ring[5:8]...), ring[0], ring[1]), ring[5])
	for i, half := range []orb.Ring{one, two} {
		households := (whole.ExpectedHouseholds + i) / 2
		err := add(fmt.Sprintf("%s%03d", code[:community], number+1+i), whole.Name+[]string{"甲", "乙"}[i], households, orb.MultiPolygon{{half}})
		if err != nil {
			return nil, err
		}
	}
	return json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
}
