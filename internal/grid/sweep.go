package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// piece is a part of a plane that some shapes hold and others do not.
type piece struct {
	m2     float64
	middle orb.Point
}

// sweep cuts shapes along every height at which one of them has a corner, and calls visit for each piece between two sides that
// one of them holds at least; in tells which. Where sides cross between two heights the size of a piece is that along its middle:
// good enough to say how much two areas overlap. It returns false, and has looked at a part only, when steps runs out.
func sweep(shapes []orb.MultiPolygon, box orb.Bound, steps *int, visit func(in []bool, p piece)) bool {
	sides, heights := sidesOf(shapes, box)
	in := make([]bool, len(shapes))
	var active []*flank
	next := 0
	for k := range max(0, len(heights)-1) {
		south, north := heights[k], heights[k+1]
		for ; next < len(sides) && sides[next].low[1] <= south; next++ {
			active = append(active, &sides[next])
		}
		middle := south + (north-south)/2
		active = slices.DeleteFunc(active, func(s *flank) bool { return s.high[1] <= south })
		if *steps -= len(active) + 1; *steps < 0 {
			return false
		}
		for _, s := range active {
			s.x = s.low[0] + (s.high[0]-s.low[0])*((middle-s.low[1])/(s.high[1]-s.low[1]))
		}
		slices.SortFunc(active, func(a, b *flank) int { return cmp.Compare(a.x, b.x) })
		strip(active, in, (north-south)*metersPerDegree*metersPerDegree*math.Cos(middle*math.Pi/180), middle, visit)
	}
	return true
}

// strip goes along one strip from west to east.
func strip(active []*flank, in []bool, m2PerDegree, height float64, visit func(in []bool, p piece)) {
	held := 0
	for i, s := range active {
		if i > 0 && held > 0 && s.x > active[i-1].x {
			visit(in, piece{(s.x - active[i-1].x) * m2PerDegree, orb.Point{(s.x + active[i-1].x) / 2, height}})
		}
		if in[s.shape] = !in[s.shape]; in[s.shape] {
			held++
		} else {
			held--
		}
	}
}

// flank is a side of a shape that is not level.
type flank struct {
	low, high orb.Point
	shape     int
	x         float64 // where it crosses the middle of the strip
}

// sidesOf gives the sides that reach the heights of a box, the lowest first, and every height of a corner in the box.
func sidesOf(shapes []orb.MultiPolygon, box orb.Bound) (sides []flank, heights []float64) {
	for i, area := range shapes {
		for _, polygon := range area {
			for _, ring := range polygon {
				for j := 1; j < len(ring); j++ {
					low, high := ring[j-1], ring[j]
					if low[1] > high[1] {
						low, high = high, low
					}
					if low[1] == high[1] || high[1] <= box.Min[1] || low[1] >= box.Max[1] {
						continue
					}
					sides = append(sides, flank{low: low, high: high, shape: i})
					heights = append(heights, max(low[1], box.Min[1]), min(high[1], box.Max[1]))
				}
			}
		}
	}
	slices.SortFunc(sides, func(a, b flank) int { return cmp.Compare(a.low[1], b.low[1]) })
	slices.Sort(heights)
	return sides, slices.Compact(heights)
}

// shared is how much of two areas is common to both in m², and where most of it lies.
func shared(a, b orb.MultiPolygon, steps *int) (m2 float64, at orb.Point) {
	box, other := a.Bound(), b.Bound()
	if !box.Intersects(other) {
		return 0, at
	}
	box = orb.Bound{Min: orb.Point{max(box.Min[0], other.Min[0]), max(box.Min[1], other.Min[1])},
		Max: orb.Point{min(box.Max[0], other.Max[0]), min(box.Max[1], other.Max[1])}}
	largest := 0.0
	sweep([]orb.MultiPolygon{a, b}, box, steps, func(in []bool, p piece) {
		if in[0] && in[1] {
			if m2 += p.m2; p.m2 > largest {
				largest, at = p.m2, p.middle
			}
		}
	})
	return m2, at
}
