package console

import (
	"encoding/json"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"doorstep/collections"
	"doorstep/internal/grid"
)

// Location tells how well the place of a visit or a household fits, without the place itself: that is sealed, and asked for with a reason
// (reveal of the column location).
type Location struct {
	Masked     bool            `json:"masked"`
	Lat        *float64        `json:"lat"` // always null while masked
	Lon        *float64        `json:"lon"`
	AccuracyM  float64         `json:"accuracy_m"`
	Outline    json.RawMessage `json:"outline"`     // GeoJSON of the area where it lies, null for none
	Inside     *bool           `json:"inside"`      // of that area
	HouseholdM *float64        `json:"household_m"` // distance to where the household is known to live
}

// location describes the place of the record; there is none where the tablet noted none.
func (r *reader) location(out *Record) error {
	if r.rec.Lon == 0 && r.rec.Lat == 0 {
		return nil
	}
	l, err := located(r.areas, r.rec.Area, orb.Point{r.rec.Lon, r.rec.Lat}, r.rec.AccuracyM)
	if err != nil {
		return err
	}
	if r.home != nil {
		l.HouseholdM = metres(orb.Point{r.rec.Lon, r.rec.Lat}, *r.home)
	}
	out.Location = l
	return nil
}

// located describes a point by an area, without the point.
func located(areas *grid.Index, code string, at orb.Point, accuracy float64) (*Location, error) {
	l := Location{Masked: true, AccuracyM: accuracy, Outline: json.RawMessage("null")}
	if area, ok := areas.Area(code); ok && len(area.Boundary) > 0 {
		outline, err := grid.MarshalBoundary(area.Boundary)
		if err != nil {
			return nil, err
		}
		inside := area.Contains(at.Lon(), at.Lat())
		l.Outline, l.Inside = outline, &inside
	}
	return &l, nil
}

// metres is how far two points are apart, in whole metres.
func metres(a, b orb.Point) *float64 {
	m := math.Round(geo.DistanceHaversine(a, b))
	return &m
}

// parsePoint reads a location column; nil for none.
func parsePoint(column string) *orb.Point {
	lon, lat, ok := collections.PointOf(column)
	if !ok {
		return nil
	}
	return &orb.Point{lon, lat}
}
