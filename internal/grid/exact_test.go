package grid

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"
)

// holdsExactly is inside in rational numbers: it computes where each side crosses the height of the point and compares. An edge
// holds its lower end and not its upper one, and a point on a side is not left of it.
func holdsExactly(area orb.MultiPolygon, p orb.Point) bool {
	rat := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	for _, polygon := range area {
		crossed := 0
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				low, high := ring[i-1], ring[i]
				if low[1] > high[1] {
					low, high = high, low
				}
				if p[1] < low[1] || p[1] >= high[1] {
					continue
				}
				part := new(big.Rat).Quo(new(big.Rat).Sub(rat(p[1]), rat(low[1])), new(big.Rat).Sub(rat(high[1]), rat(low[1])))
				x := part.Mul(part, new(big.Rat).Sub(rat(high[0]), rat(low[0])))
				if x.Add(x, rat(low[0])).Cmp(rat(p[0])) > 0 {
					crossed++
				}
			}
		}
		if crossed%2 == 1 {
			return true
		}
	}
	return false
}

// awkward are polygons on which plain arithmetic errs: stars whose corners share heights, with a hole that touches the outside;
// slivers as thin as numbers are; corners an ulp apart.
func awkward(t *rapid.T) orb.MultiPolygon {
	coordinate := rapid.OneOf(rapid.Map(rapid.IntRange(-8, 8), func(n int) float64 { return 114 + float64(n)/8 }), rapid.Float64Range(113, 115), rapid.Just(math.Nextafter(114, 115)))
	point := func(name string) orb.Point {
		return orb.Point{coordinate.Draw(t, name+" x"), coordinate.Draw(t, name+" y")}
	}
	switch rapid.SampledFrom([]string{"star", "sliver", "any"}).Draw(t, "kind") {
	case "star":
		var outer, hole orb.Ring
		for i := range rapid.IntRange(3, 12).Draw(t, "corners") {
			r := float64(rapid.IntRange(1, 8).Draw(t, "radius")) / 8
			a := 2 * math.Pi * float64(i) / 12
			outer = append(outer, orb.Point{114 + r*math.Cos(a), 114 + r*math.Sin(a)})
			hole = append(hole, orb.Point{114 + r*math.Cos(a)/2, 114 + r*math.Sin(a)/2})
		}
		hole[0] = outer[0]
		return orb.MultiPolygon{{append(outer, outer[0]), append(hole, hole[0])}, {ring(120, 114, 121, 114, 121, 115)}}
	case "sliver":
		a, b := point("a"), point("b")
		c := orb.Point{math.Nextafter(b[0], 200), math.Nextafter(b[1], 200)}
		return orb.MultiPolygon{{orb.Ring{a, b, c, a}}}
	}
	r := orb.Ring{}
	for range rapid.IntRange(3, 8).Draw(t, "corners") {
		r = append(r, point("corner"))
	}
	return orb.MultiPolygon{{append(r, r[0])}}
}

func TestInsideAgreesWithExactArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		area := awkward(t)
		var points []orb.Point
		for _, polygon := range area {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					f := rapid.Float64Range(0, 1).Draw(t, "along")
					on := orb.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
					points = append(points, a, on, orb.Point{on[0], a[1]}, orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2},
						orb.Point{math.Nextafter(on[0], 0), on[1]}, orb.Point{math.Nextafter(on[0], 200), on[1]}, orb.Point{on[0], math.Nextafter(on[1], 0)}, orb.Point{on[0], math.Nextafter(on[1], 200)})
				}
			}
		}
		for _, p := range points {
			if got, want := inside(area, p), holdsExactly(area, p); got != want {
				t.Fatalf("%v in %v: %v, exactly %v", p, area, got, want)
			}
		}
	})
}

// Back and forth is less than a centimetre off, in the box of the city.
func TestDatumRoundTripInTheCity(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		lon, lat := 113.7+r.Float64(), 22.3+0.7*r.Float64()
		for _, d := range []Datum{GCJ02, BD09} {
			x, y := d.ToWGS84(d.FromWGS84(lon, lat))
			if m := math.Hypot((x-lon)*math.Cos(lat*math.Pi/180), y-lat) * metersPerDegree; m > 0.01 {
				t.Fatalf("%s: %v, %v came back %.4f m off", d, lon, lat, m)
			}
		}
	}
}

// The real outlines: 100,000 points agree with the ray casting of the geometry library, off the border.
func TestShenzhenAgreesWithASecondMethod(t *testing.T) {
	idx := NewIndex(shenzhen(t, GCJ02))
	r := rand.New(rand.NewPCG(7, 8))
	held := 0
	for range 100_000 {
		p := orb.Point{113.7 + r.Float64(), 22.4 + r.Float64()*0.5}
		want := ""
		for _, a := range idx.areas {
			if a.Level == District && a.Boundary.Bound().Contains(p) && planar.MultiPolygonContains(a.Boundary, p) {
				want = a.Code
			}
		}
		got, _ := idx.Locate(p[0], p[1])
		if got != "" && len(got) < 6 { // the outline of the city itself, where districts leave a gap
			got = ""
		}
		if got != "" {
			held++
		}
		if got == want {
			continue
		}
		for _, code := range []string{got, want} {
			if a, known := idx.Area(code); known && math.Abs(signedDistance(a.Boundary, p)) > 0.01 {
				t.Fatalf("%v is in %q, and in %q by the second method", p, got, want)
			}
		}
	}
	if held < 30_000 {
		t.Errorf("%d points of 100000 in the city", held)
	}
}
