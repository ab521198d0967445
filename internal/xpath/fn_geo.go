package xpath

import (
	"math"
	"strconv"
	"strings"
)

var geoFunctions = []function{
	{name: "area", low: 1, high: 1, params: "x", build: buildArea},
	{name: "enclosed-area", low: 1, high: 1, params: "x", build: buildArea},
	{name: "distance", low: 1, high: -1, params: "x", build: buildDistance},
	{name: "geofence", low: 2, high: 2, params: "xx", build: buildGeofence},
	{name: "intersects", low: 1, high: 1, params: "x", build: buildIntersects},
}

// earthRadius is the equatorial radius in metres that the clients use.
const earthRadius = 6_378_100

type geopoint struct{ lat, lon float64 } // degrees

// parsePoint reads "lat lon [altitude [accuracy]]".
func parsePoint(s string) (geopoint, bool) {
	parts := words(s)
	if len(parts) < 2 || len(parts) > 4 {
		return geopoint{}, false
	}
	lat, errLat := strconv.ParseFloat(parts[0], 64)
	lon, errLon := strconv.ParseFloat(parts[1], 64)
	ok := errLat == nil && errLon == nil && math.Abs(lat) <= 90 && math.Abs(lon) <= 180
	return geopoint{lat, lon}, ok
}

// parseTrace reads points joined by semicolons, or one point from each of several texts; nil unless all are points.
func parseTrace(texts []string) []geopoint {
	if len(texts) == 1 {
		texts = strings.Split(strings.TrimRight(texts[0], "; \t\r\n"), ";")
	}
	trace := make([]geopoint, 0, len(texts))
	for _, s := range texts {
		p, ok := parsePoint(s)
		if !ok {
			return nil
		}
		trace = append(trace, p)
	}
	return trace
}

// trace evaluates arguments to the points they hold.
func (f *frame) trace(args []*code) []geopoint {
	var texts []string
	f.texts(args, func(s string) {
		f.spendBytes(len(s) * 8)
		texts = append(texts, s)
	})
	return parseTrace(texts)
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// toCents rounds to two decimals, halves up, and drops the sign.
func toCents(x float64) float64 { return math.Abs(math.Floor(x*100+0.5) / 100) }

// buildArea compiles area(): square metres on a sphere, after Chamberlain and Duquette, "Some Algorithms for Polygons
// on a Sphere" (JPL 2007); 0 for fewer than three points.
func buildArea(c *call) *code {
	args := c.args
	return numberCode(func(f *frame) float64 {
		trace := f.trace(args)
		if len(trace) < 3 {
			return 0
		}
		total := 0.0
		for i, p := range trace {
			next := trace[(i+1)%len(trace)]
			total += radians(next.lon-p.lon) * (2 + math.Sin(radians(next.lat)) + math.Sin(radians(p.lat)))
		}
		return toCents(total * earthRadius * earthRadius / 2)
	})
}

// buildDistance compiles distance(): metres along great circles, by the spherical law of cosines.
func buildDistance(c *call) *code {
	args := c.args
	return numberCode(func(f *frame) float64 {
		trace := f.trace(args)
		if len(trace) < 2 {
			return math.NaN()
		}
		total := 0.0
		for i := 1; i < len(trace); i++ {
			total += greatCircle(trace[i-1], trace[i])
		}
		return toCents(total)
	})
}

func greatCircle(a, b geopoint) float64 {
	cos := math.Sin(radians(a.lat))*math.Sin(radians(b.lat)) +
		math.Cos(radians(a.lat))*math.Cos(radians(b.lat))*math.Cos(radians(a.lon-b.lon))
	return math.Acos(min(cos, 1)) * earthRadius // rounding must not leave the range of a cosine
}

// buildGeofence compiles geofence(point, shape): whether the point is inside a closed shape.
func buildGeofence(c *call) *code {
	point, shape := c.args[0].text, c.args[1:2]
	return truthCode(func(f *frame) bool {
		p, ok := parsePoint(point(f))
		trace := f.trace(shape)
		if !ok || len(trace) < 2 || trace[0] != trace[len(trace)-1] {
			return false
		}
		return inside(p, trace)
	})
}

// inside counts the sides that a ray from p crosses (W. R. Franklin's PNPOLY).
func inside(p geopoint, shape []geopoint) bool {
	in := false
	for i := 1; i < len(shape); i++ {
		a, b := shape[i-1], shape[i]
		if (b.lat > p.lat) != (a.lat > p.lat) && p.lon < (a.lon-b.lon)*(p.lat-b.lat)/(a.lat-b.lat)+b.lon {
			in = !in
		}
	}
	return in
}

// maxSegments bounds intersects(), which compares every pair.
const maxSegments = 5000

// buildIntersects compiles intersects(trace): whether a trace or shape crosses itself.
func buildIntersects(c *call) *code {
	args, off := c.args, c.off
	return truthCode(func(f *frame) bool {
		trace := f.trace(args)
		if len(trace) > maxSegments {
			panic(errTooLong(off))
		}
		for i := 1; i < len(trace); i++ {
			f.spend(i)
			for j := 1; j < i; j++ {
				if crosses(trace, j, i) {
					return true
				}
			}
		}
		return false
	})
}

// crosses reports whether segments j < i meet elsewhere than where neighbours join: neighbours share a point by nature,
// and the last segment of a closed shape ends where the first begins.
func crosses(t []geopoint, j, i int) bool {
	a, b, c, d := t[j-1], t[j], t[i-1], t[i]
	if j == i-1 {
		return orientation(a, b, d) == 0 && a != d && onSegment(d, a, b) || orientation(a, b, d) == 0 && onSegment(a, c, d) && a != d
	}
	if j == 1 && i == len(t)-1 && a == d {
		return false
	}
	return segmentsMeet(a, b, c, d)
}

func segmentsMeet(a, b, c, d geopoint) bool {
	abc, abd := orientation(a, b, c), orientation(a, b, d)
	cda, cdb := orientation(c, d, a), orientation(c, d, b)
	if abc != abd && cda != cdb {
		return true
	}
	return abc == 0 && onSegment(c, a, b) || abd == 0 && onSegment(d, a, b) ||
		cda == 0 && onSegment(a, c, d) || cdb == 0 && onSegment(b, c, d)
}

// orientation is 1 for a left turn, -1 for a right one, 0 on one line.
func orientation(a, b, c geopoint) int {
	cross := (b.lon-a.lon)*(c.lat-a.lat) - (b.lat-a.lat)*(c.lon-a.lon)
	switch {
	case cross > 0:
		return 1
	case cross < 0:
		return -1
	}
	return 0
}

// onSegment reports whether p, known to be on the line through a and b, is between them.
func onSegment(p, a, b geopoint) bool {
	return p.lat >= min(a.lat, b.lat) && p.lat <= max(a.lat, b.lat) && p.lon >= min(a.lon, b.lon) && p.lon <= max(a.lon, b.lon)
}
