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
