// Package grid tells which area a point lies in: area codes, boundaries, map datums, and how sure the answer is.
package grid

import "github.com/paulmach/orb"

// Area is one administrative area of any level with its outline in WGS-84 degrees.
type Area struct {
	Code               string
	Name               string
	Level              Level
	ExpectedHouseholds int              // 0 where the source does not say
	Boundary           orb.MultiPolygon // closed rings, [lon, lat]; the first ring of a polygon is its outside
}

// Contains reports whether a WGS-84 point lies in the area, by the half-open rule of Locate.
func (a Area) Contains(lon, lat float64) bool {
	return onEarth(lon, lat) && inside(a.Boundary, orb.Point{lon, lat})
}
