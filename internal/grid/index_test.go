package grid

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func ring(xy ...float64) orb.Ring {
	var r orb.Ring
	for i := 0; i < len(xy); i += 2 {
		r = append(r, orb.Point{xy[i], xy[i+1]})
	}
	return append(r, r[0])
}

func square(x, y, side float64) orb.Ring {
	return ring(x, y, x+side, y, x+side, y+side, x, y+side)
}

func one(r ...orb.Ring) orb.MultiPolygon { return orb.MultiPolygon{r} }

func TestLocate(t *testing.T) {
	idx := NewIndex([]Area{
		{Code: "9901", Level: City, Boundary: one(square(0, 0, 10))},
		{Code: "990101", Level: District, Boundary: one(square(0, 0, 6), square(2, 2, 2))},
		{Code: "990102", Level: District, Boundary: orb.MultiPolygon{{square(2, 2, 2)}, {square(7, 7, 1)}}},
		{Code: "990103", Level: District, Boundary: one(square(5, 0, 2))}, // overlaps 990101
		{Code: "990104", Level: District},                                 // known without an outline
	})
	cases := []struct {
		name     string
		lon, lat float64
		want     string
	}{
		{"in a district", 1, 1, "990101"},
		{"in the hole of one, the body of another", 3, 3, "990102"},
		{"in the second part", 7.5, 7.5, "990102"},
		{"in no district falls back to the city", 9, 9, "9901"},
		{"overlap goes to the lowest code", 5.5, 1, "990101"},
		{"lower left corner is inside", 0, 0, "990101"},
		{"right border is outside", 10, 5, ""},
		{"outside", 11, 5, ""},
		{"not a number", math.NaN(), 1, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := idx.Locate(c.lon, c.lat); got != c.want || ok != (c.want != "") {
				t.Errorf("Locate = %q, %v; want %q", got, ok, c.want)
			}
		})
	}
}

// tiles covers the box (0,0)–(n,n) with n·n quadrilaterals that share jittered corners; every other ring runs
// clockwise. Every other seed jitters by eighths, so that many corners lie at one height.
func tiles(n int, seed uint64) ([]Area, func(i, j int) orb.Point) {
	r := rand.New(rand.NewPCG(seed, 1))
	jitter := func() float64 {
		if seed%2 == 0 {
			return float64(r.IntN(7)-3) / 8
		}
		return (r.Float64() - 0.5) * 0.8
	}
	corners := make([][]orb.Point, n+1)
	for i := range corners {
		for j := range n + 1 {
			p := orb.Point{float64(i), float64(j)}
			if i > 0 && i < n {
				p[0] += jitter()
			}
			if j > 0 && j < n {
				p[1] += jitter()
			}
			corners[i] = append(corners[i], p)
		}
	}
	at := func(i, j int) orb.Point { return corners[i][j] }
	var areas []Area
	for i := range n {
		for j := range n {
			tile := orb.Ring{at(i, j), at(i+1, j), at(i+1, j+1), at(i, j+1), at(i, j)}
			if (i+j)%2 == 1 {
				tile.Reverse()
			}
			areas = append(areas, Area{Code: fmt.Sprintf("990101001001%03d", len(areas)+1), Level: Grid, Boundary: one(tile)})
		}
	}
	return areas, at
}

func holders(areas []Area, p orb.Point) []string {
	var codes []string
	for _, a := range areas {
		if inside(a.Boundary, p) {
			codes = append(codes, a.Code)
		}
	}
	return codes
}

func TestTilesHoldEachPointOnce(t *testing.T) {
	const n = 8
	rapid.Check(t, func(t *rapid.T) {
		areas, at := tiles(n, rapid.Uint64().Draw(t, "seed"))
		idx := NewIndex(areas)
		// The city's own east and north border belongs to nobody, so edges end one tile before it.
		i, j := rapid.IntRange(0, n-2).Draw(t, "i"), rapid.IntRange(0, n-2).Draw(t, "j")
		a, b := at(i, j), at(i+1, j)
		if rapid.Bool().Draw(t, "upward edge") {
			b = at(i, j+1)
		}
		f := rapid.Float64Range(0, 1).Draw(t, "along")
		points := map[string]orb.Point{
			"anywhere":  {f * n * 0.999, rapid.Float64Range(0, n*0.999).Draw(t, "lat")},
			"vertex":    a,
			"on edge":   {a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])},
			"midpoint":  {(a[0] + b[0]) / 2, (a[1] + b[1]) / 2},
			"beside":    {math.Nextafter(a[0], n), a[1]},
			"beside up": {a[0], math.Nextafter(a[1], n)},
		}
		for name, p := range points {
			codes := holders(areas, p)
			if len(codes) != 1 {
				t.Fatalf("%s %v is in %v", name, p, codes)
			}
			if code, _ := idx.Locate(p[0], p[1]); code != codes[0] {
				t.Fatalf("%s %v: index says %q, the areas say %q", name, p, code, codes[0])
			}
		}
	})
}

// TestIndexAgreesWithTheAreas covers boxes of every shape: without height, all in one place, one huge among small.
func TestIndexAgreesWithTheAreas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var areas []Area
		degree := rapid.Float64Range(0, 4)
		for i := range rapid.IntRange(0, 40).Draw(t, "areas") {
			x, y := degree.Draw(t, "x"), degree.Draw(t, "y")
			w, h := degree.Draw(t, "w"), degree.Draw(t, "h")
			areas = append(areas, Area{Code: fmt.Sprintf("%06d", i), Level: District,
				Boundary: one(ring(x, y, x+w, y, x+w, y+h, x, y+h))})
		}
		p := orb.Point{degree.Draw(t, "lon"), degree.Draw(t, "lat")}
		want := ""
		if codes := holders(areas, p); len(codes) > 0 {
			want = codes[0]
		}
		if got, _ := NewIndex(areas).Locate(p[0], p[1]); got != want {
			t.Fatalf("Locate(%v) = %q, want %q", p, got, want)
		}
	})
}

// TestLeftOfIsExact walks the neighbourhood of a line on which plain arithmetic gives wrong signs: L. Kettner et al.,
// "Classroom examples of robustness problems in geometric computations" (2008), figure 2a.
func TestLeftOfIsExact(t *testing.T) {
	low, high := orb.Point{12, 12}, orb.Point{24, 24}
	for i := range 64 {
		for j := range 64 {
			p := orb.Point{0.5 + float64(i)*0x1p-53, 0.5 + float64(j)*0x1p-53}
			if got, want := leftOf(low, high, p), p[0] < p[1]; got != want {
				t.Fatalf("leftOf(%v) = %v at %d, %d", p, got, i, j)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	const meter = 1 / metersPerDegree
	side := 100 * meter
	idx := NewIndex([]Area{
		{Code: "990101001001", Level: Community, Boundary: one(square(0, 0, side))},
		{Code: "990101001001001", Level: Grid, Boundary: one(square(0, 0, side))},
		{Code: "990101001001002", Level: Grid, Boundary: one(square(side, 0, side))},
	})
	cases := []struct {
		name        string
		lon, lat    float64
		within      float64
		want        string
		wantMeters  float64
		wantNothing bool
	}{
		{"west of the first", -20 * meter, side / 2, 30, "990101001001001", 20, false},
		{"east of the second", 2*side + 5*meter, side / 2, 30, "990101001001002", 5, false},
		{"as far from both goes to the lower code", side, -10 * meter, 30, "990101001001001", 10, false},
		{"too far", -40 * meter, side / 2, 30, "", 0, true},
		{"inside", side / 2, side / 2, 30, "990101001001001", 0, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			code, meters, ok := idx.nearest(c.lon, c.lat, c.within)
			if code != c.want || math.Abs(meters-c.wantMeters) > 0.01 || ok == c.wantNothing {
				t.Errorf("Nearest = %q, %.3f m, %v", code, meters, ok)
			}
		})
	}
}

func TestConfidence(t *testing.T) {
	const meter = 1 / metersPerDegree
	idx := NewIndex([]Area{{Code: "990101001001001", Level: Grid, Boundary: one(square(0, 0, 300*meter))}})
	at := func(east, north, accuracy float64) float64 {
		return idx.confidence("990101001001001", east*meter, north*meter, accuracy)
	}
	cases := []struct {
		name      string
		got       float64
		low, high float64
	}{
		{"deep inside, good fix", at(150, 150, 10), 0.9999, 1},
		{"on the border", at(0, 150, 10), 0.499, 0.501},
		{"one sigma inside", at(10/math.Sqrt(-2*math.Log(0.32)), 150, 10), 0.840, 0.843},
		{"one sigma outside", at(-10/math.Sqrt(-2*math.Log(0.32)), 150, 10), 0.157, 0.160},
		{"a cell tower's fix", at(150, 150, 2000), 0.005, 0.02},
		{"no accuracy counts as 30 m", at(0, 150, 0) - at(0, 150, 30), 0, 0},
		{"a perfect fix is not believed", at(1, 150, 0.01), 0.6, 0.8},
		{"unknown area", idx.confidence("nowhere", 0, 0, 10), 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.got < c.low || c.got > c.high {
				t.Errorf("confidence %v, want %v to %v", c.got, c.low, c.high)
			}
		})
	}
}

// More areas of one level than two bytes count are found all the same.
func TestMoreAreasThanTwoBytesCount(t *testing.T) {
	const n = 257
	var areas []Area
	for i := range n {
		for j := range n {
			areas = append(areas, Area{Code: fmt.Sprintf("990101001001%05d", i*n+j), Level: Grid, Boundary: one(square(float64(i)/n, float64(j)/n, 1.0/n))})
		}
	}
	idx := NewIndex(areas)
	if idx.Len() <= math.MaxUint16 {
		t.Fatal(idx.Len())
	}
	r := rand.New(rand.NewPCG(3, 1))
	for range 20_000 {
		i, j := r.IntN(n), r.IntN(n)
		if r.IntN(2) == 0 {
			i = n - 1 - r.IntN(3) // the last numbers
		}
		want := areas[i*n+j].Code
		if got, _ := idx.Locate((float64(i)+0.1+0.8*r.Float64())/n, (float64(j)+0.1+0.8*r.Float64())/n); got != want {
			t.Fatalf("in %q, not %s", got, want)
		}
	}
}
