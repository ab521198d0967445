package grid

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// geometry is a GeoJSON geometry object (RFC 7946). orb/geojson is not used, since it brings the MongoDB driver along.
type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// shape is what is wrong with a geometry, as a problem code with the numbers for its text.
type shape struct {
	code          string
	polygon, ring int // from 1; 0 where the geometry as a whole is meant
	detail        string
}

func (s *shape) Error() string {
	detail := strings.TrimPrefix(s.detail, ": ")
	return strings.TrimSuffix(fmt.Sprintf("%s: polygon %d, ring %d: %s", s.code, s.polygon, s.ring, detail), ": ")
}

// ParseBoundary reads a GeoJSON Polygon or MultiPolygon as it stands, with no change of datum. Altitudes are dropped.
func ParseBoundary(data []byte) (orb.MultiPolygon, error) {
	area, wrong := parseBoundary(data)
	if wrong != nil { // not as it stands: an error that holds no shape is not nil
		return nil, wrong
	}
	return area, nil
}

func parseBoundary(data []byte) (orb.MultiPolygon, *shape) {
	var g geometry
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, &shape{code: "area.geometry_unreadable", detail: ": " + err.Error()}
	}
	var raw [][][][]float64
	var err error
	switch g.Type {
	case "Polygon":
		raw = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &raw[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &raw)
	default:
		return nil, &shape{code: "area.geometry_type", detail: ": " + g.Type}
	}
	if err != nil {
		return nil, &shape{code: "area.geometry_unreadable", detail: ": " + err.Error()}
	}
	return polygons(raw)
}

// polygons reads the positions of rings, without their altitudes.
func polygons(raw [][][][]float64) (orb.MultiPolygon, *shape) {
	area := make(orb.MultiPolygon, len(raw))
	for i, rings := range raw {
		for j, points := range rings {
			ring := make(orb.Ring, len(points))
			for k, p := range points {
				if len(p) < 2 {
					return nil, &shape{code: "area.geometry_unreadable", polygon: i + 1, ring: j + 1}
				}
				ring[k] = orb.Point{p[0], p[1]}
			}
			area[i] = append(area[i], ring)
		}
	}
	return area, sound(area)
}

// sound reports the first thing that keeps rings from bounding an area; nil where nothing does.
func sound(area orb.MultiPolygon) *shape {
	for i, polygon := range area {
		for j, ring := range polygon {
			if code := ringProblem(ring); code != "" {
				return &shape{code: code, polygon: i + 1, ring: j + 1}
			}
		}
		if len(polygon) == 0 {
			return &shape{code: "area.geometry_empty", polygon: i + 1}
		}
		if wrong := checkRings(polygon); wrong != nil {
			wrong.polygon = i + 1
			return wrong
		}
	}
	if len(area) == 0 {
		return &shape{code: "area.geometry_empty"}
	}
	if box := area.Bound(); box.Right()-box.Left() > widest || box.Top()-box.Bottom() > widest {
		return &shape{code: "area.too_wide"}
	}
	return nil
}

// widest is how many degrees an area may reach across: the largest prefectures do not reach half as far. What does is a mistake, such as an
// outline across the line where east becomes west.
const widest = 20

// ringProblem says by its code what keeps positions from being a closed ring; "" for a ring.
func ringProblem(ring orb.Ring) (code string) {
	for _, p := range ring {
		if !onEarth(p[0], p[1]) {
			return "area.coordinates_range"
		}
	}
	switch {
	case len(ring) == 0:
		return "area.geometry_empty"
	case ring[0] != ring[len(ring)-1]:
		return "area.ring_open"
	case len(ring) < 4 || ringSize(ring) == 0:
		return "area.ring_flat"
	}
	return ""
}

// MarshalBoundary writes a GeoJSON MultiPolygon, the shape that the areas collection stores.
func MarshalBoundary(area orb.MultiPolygon) ([]byte, error) {
	coordinates, err := json.Marshal(area)
	if err != nil {
		return nil, fmt.Errorf("write boundary: %w", err)
	}
	return json.Marshal(geometry{"MultiPolygon", coordinates})
}

// reproject converts a boundary of datum d to WGS-84 in place, rounded to 1e-8 degrees (a millimetre): a corner that
// two areas share is the same numbers in both and so stays shared.
func reproject(area orb.MultiPolygon, d Datum) {
	for _, polygon := range area {
		for _, ring := range polygon {
			for i, p := range ring {
				lon, lat := d.ToWGS84(p[0], p[1])
				ring[i] = orb.Point{math.Round(lon*1e8) / 1e8, math.Round(lat*1e8) / 1e8}
			}
		}
	}
}
