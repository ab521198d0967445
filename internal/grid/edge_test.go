package grid

import (
	"math"
	"testing"
)

func TestOnEarthAtItsEdges(t *testing.T) {
	beyond := func(edge float64) float64 { return math.Nextafter(edge, math.Copysign(math.Inf(1), edge)) }
	for _, c := range []struct {
		lon, lat float64
		want     bool
	}{
		{180, 90, true}, {-180, -90, true}, {0, 0, true},
		{beyond(180), 0, false}, {beyond(-180), 0, false}, {0, beyond(90), false}, {0, beyond(-90), false},
		{math.NaN(), 0, false}, {0, math.NaN(), false}, {math.Inf(1), 0, false}, {0, math.Inf(-1), false},
	} {
		if got := onEarth(c.lon, c.lat); got != c.want {
			t.Errorf("%v, %v: %t", c.lon, c.lat, got)
		}
	}
}

// The size of an area leaves out its holes; what is no ring has none. A fix without an accuracy counts as one of 30 m, and none as better
// than 3 m.
func TestSizesAndAccuracies(t *testing.T) {
	whole, hole := square(114, 0, 0.01), square(114.002, 0.002, 0.005)
	all := squareMeters(one(whole))
	for name, c := range map[string]struct{ got, want float64 }{
		"a square": {all, 1236431}, "with a hole": {squareMeters(one(whole, hole)), 0.75 * all}, "two polygons": {squareMeters(append(one(whole), one(hole)...)), 1.25 * all},
		"the other way round": {squareMeters(one(ring(114, 0, 114, 0.01, 114.01, 0.01, 114.01, 0))), all},
		"no ring":             {squareMeters(one(ring(114, 0)[:1])), 0}, "nothing": {squareMeters(nil), 0},
		"no accuracy": {sigma(0), sigma(30)}, "none that is a number": {sigma(math.NaN()), sigma(30)}, "below nothing": {sigma(-1), sigma(30)}, "too good": {sigma(1), sigma(3)},
		"twice as bad": {sigma(60), 2 * sigma(30)}, "as reported": {sigma(10), 6.6240},
	} {
		if math.Abs(c.got-c.want) > 1e-4*math.Max(1, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
