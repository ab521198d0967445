package grid

import (
	"math"

	"github.com/paulmach/orb"
)

const (
	metersPerDegree = 6371008.8 * math.Pi / 180 // of latitude, on the mean sphere

	// unknownAccuracy stands in for a fix that came without an accuracy.
	unknownAccuracy = 30.0
	// floorAccuracy is the least that is believed of a tablet, whatever it reports.
	floorAccuracy = 3.0
)

// sigma turns a reported accuracy into the standard deviation along one axis, both in metres. Android and iOS report
// the radius that holds the true place with 68 %; for a round normal distribution that radius is √(−2 ln 0.32) σ.
func sigma(accuracyM float64) float64 {
	if accuracyM <= 0 || math.IsNaN(accuracyM) {
		accuracyM = unknownAccuracy
	}
	return math.Max(accuracyM, floorAccuracy) / math.Sqrt(-2*math.Log(0.32))
}

// confidence is the likelihood, 0 to 1, that somebody reported at a WGS-84 point with that accuracy in metres (0 for
// unknown) is in the area. With d the distance to the border, positive inside, and A the size of the area in m²:
//
//	min( ½·(1 + erf(d / (σ·√2))), A / (2πσ²) )
//
// The first term takes the nearest border for a straight line; the second keeps a small area from being
// believed on a fix that is coarser than the area itself. It is 0 for an unknown code.
func (idx *Index) confidence(code string, lon, lat, accuracyM float64) float64 {
	i, ok := idx.byCode[code]
	if !ok || !onEarth(lon, lat) || len(idx.areas[i].Boundary) == 0 {
		return 0
	}
	s := sigma(accuracyM)
	d := signedDistance(idx.areas[i].Boundary, orb.Point{lon, lat})
	size := squareMeters(idx.areas[i].Boundary)
	return min((1+math.Erf(d/(s*math.Sqrt2)))/2, size/(2*math.Pi*s*s))
}

// signedDistance is how far p is from the area's border in metres, positive inside. It measures on a plane that touches
// the earth at p, which is true to a thousandth within some 50 km.
func signedDistance(area orb.MultiPolygon, p orb.Point) float64 {
	kx, ky := metersPerDegree*math.Cos(p[1]*math.Pi/180), metersPerDegree
	nearest := math.Inf(1)
	for _, polygon := range area {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				nearest = min(nearest, toSegment((a[0]-p[0])*kx, (a[1]-p[1])*ky, (b[0]-p[0])*kx, (b[1]-p[1])*ky))
			}
		}
	}
	if inside(area, p) {
		return math.Sqrt(nearest)
	}
	return -math.Sqrt(nearest)
}

// toSegment is the square of the distance from the origin to the segment a–b.
func toSegment(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = max(0, min(1, -(ax*dx+ay*dy)/length))
	}
	x, y := ax+t*dx, ay+t*dy
	return x*x + y*y
}

// squareMeters is the size of an area, holes left out.
func squareMeters(area orb.MultiPolygon) float64 {
	total := 0.0
	for _, polygon := range area {
		for i, ring := range polygon {
			if i == 0 {
				total += ringSize(ring)
			} else {
				total -= ringSize(ring)
			}
		}
	}
	return total
}

// ringSize is the surface in m² that a ring encloses, whichever way it runs.
func ringSize(ring orb.Ring) float64 {
	if len(ring) < 4 {
		return 0
	}
	o := ring[0]
	twice := 0.0
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		twice += (a[0]-o[0])*(b[1]-o[1]) - (b[0]-o[0])*(a[1]-o[1])
	}
	return abs(twice) / 2 * metersPerDegree * metersPerDegree * math.Cos(o[1]*math.Pi/180)
}
