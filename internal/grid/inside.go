package grid

import (
	"cmp"
	"math/big"

	"github.com/paulmach/orb"
)

// inside reports whether p lies in the area, by counting the borders that a ray to the east crosses. Borders are
// half-open: a point on a border that two areas share belongs to exactly one of them, whichever way round each
// area's ring runs (docs/decisions/0030).
func inside(area orb.MultiPolygon, p orb.Point) bool {
	for _, polygon := range area {
		in := false
		for _, ring := range polygon {
			if crossesOdd(ring, p) {
				in = !in
			}
		}
		if in {
			return true
		}
	}
	return false
}

func crossesOdd(ring orb.Ring, p orb.Point) bool {
	odd := false
	for i := 1; i < len(ring); i++ {
		low, high := ring[i-1], ring[i]
		if low[1] > high[1] {
			low, high = high, low
		}
		// An edge holds its lower end and not its upper one, so a ray through a vertex counts it once, and a
		// horizontal edge never counts.
		if p[1] < low[1] || p[1] >= high[1] {
			continue
		}
		if leftOf(low, high, p) {
			odd = !odd
		}
	}
	return odd
}

// leftOf reports whether p lies strictly left of the line from low up to high.
func leftOf(low, high, p orb.Point) bool { return orientation(low, high, p) > 0 }

// orientation is 1 where p lies left of the line from a to b, -1 where it lies right of it, and 0 on it. The answer is
// exact: rounding could otherwise put a point beside a corner into no area or into two. The error bound is that of
// J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997), section 4.
func orientation(a, b, p orb.Point) int {
	const bound = (3 + 16*0x1p-53) * 0x1p-53
	// The conversions forbid fused multiply-add, so that every processor gives the same answer.
	l := float64((a[0] - p[0]) * (b[1] - p[1]))
	r := float64((a[1] - p[1]) * (b[0] - p[0]))
	det := l - r
	if limit := bound * (abs(l) + abs(r)); det > limit || det < -limit {
		return cmp.Compare(det, 0)
	}
	return exactCross(a, b, p)
}

func exactCross(low, high, p orb.Point) int {
	diff := func(a, b float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(a), new(big.Rat).SetFloat64(b))
	}
	l := new(big.Rat).Mul(diff(low[0], p[0]), diff(high[1], p[1]))
	r := new(big.Rat).Mul(diff(low[1], p[1]), diff(high[0], p[0]))
	return l.Cmp(r)
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}
