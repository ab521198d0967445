package grid

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
)

// maxPairs bounds the pairs of edges that the check of one polygon compares: a drawn outline of 100,000 corners needs
// a few million, a polygon made to be slow would need billions.
const maxPairs = 50_000_000

// checkRings reports the first thing that keeps the rings of a polygon from bounding one plain area (OGC Simple
// Features 06-103r4, 6.1.11): a ring that meets itself, rings that cross or run along each other, a hole that is not
// inside the outer ring, a hole inside a hole. Rings may touch in single points. It returns nil for a sound polygon.
func checkRings(polygon orb.Polygon) *shape {
	if wrong := checkEdges(polygon); wrong != nil {
		return wrong
	}
	for i, hole := range polygon[1:] {
		if p, found := stray(hole, polygon[0], false); found {
			return &shape{code: "area.hole_outside", ring: i + 2, detail: place(p)}
		}
		for j, other := range polygon[1:] {
			if i == j || !hole.Bound().Intersects(other.Bound()) {
				continue
			}
			if p, found := stray(hole, other, true); found {
				return &shape{code: "area.holes_overlap", ring: i + 2, detail: place(p)}
			}
		}
	}
	return nil
}

func place(p orb.Point) string { return fmt.Sprintf("%v, %v", p[0], p[1]) }

func corners(rings []orb.Ring) (n int) {
	for _, ring := range rings {
		n += len(ring)
	}
	return n
}

// edge is one side of a ring that has n of them.
type edge struct {
	a, b        orb.Point
	ring, at, n int
}

func (e edge) left() float64  { return min(e.a[0], e.b[0]) }
func (e edge) right() float64 { return max(e.a[0], e.b[0]) }

// checkEdges compares the edges whose extents overlap, going from west to east.
func checkEdges(polygon orb.Polygon) *shape {
	var edges []edge
	if holes := corners(polygon[1:]); holes*(len(polygon[0])+holes) > 10*maxPairs {
		return &shape{code: "area.rings_too_many", ring: 1}
	}
	for i, ring := range polygon {
		ring = slices.Compact(slices.Clone(ring))
		for j := range ring[1:] {
			edges = append(edges, edge{ring[j], ring[j+1], i + 1, j, len(ring) - 1})
		}
	}
	slices.SortFunc(edges, func(e, f edge) int { return cmp.Compare(e.left(), f.left()) })
	pairs := 0
	for i, e := range edges {
		for _, f := range edges[i+1:] {
			if f.left() > e.right() {
				break
			}
			if pairs++; pairs > maxPairs {
				return &shape{code: "area.rings_too_many", ring: e.ring}
			}
			if p, wrong := conflict(e, f); wrong {
				return &shape{code: "area.rings_cross", ring: max(e.ring, f.ring), detail: place(p)}
			}
		}
	}
	return nil
}

// conflict reports whether two edges of a polygon meet where they may not, and where. Neighbours in a ring share a
// corner, and two rings may touch.
func conflict(e, f edge) (orb.Point, bool) {
	p, how := meet(e, f)
	neighbours := e.ring == f.ring && (abs(float64(e.at-f.at)) == 1 || abs(float64(e.at-f.at)) == float64(e.n-1))
	return p, how == crossing || how == touching && e.ring == f.ring && !neighbours
}

type meeting uint8

const (
	apart    meeting = iota
	touching         // one point is common, and it is an end of one of the edges
	crossing         // the edges cross within both, or run along each other
)

// meet says how two edges meet, exactly, and near which point.
func meet(e, f edge) (orb.Point, meeting) {
	if max(e.a[1], e.b[1]) < min(f.a[1], f.b[1]) || max(f.a[1], f.b[1]) < min(e.a[1], e.b[1]) {
		return orb.Point{}, apart
	}
	fa, fb := orientation(e.a, e.b, f.a), orientation(e.a, e.b, f.b)
	ea, eb := orientation(f.a, f.b, e.a), orientation(f.a, f.b, e.b)
	if fa*fb < 0 && ea*eb < 0 {
		return crossingPoint(e, f), crossing
	}
	var common []orb.Point
	for _, end := range []struct {
		p    orb.Point
		side int
		of   edge
	}{{f.a, fa, e}, {f.b, fb, e}, {e.a, ea, f}, {e.b, eb, f}} {
		if end.side == 0 && within(end.p, end.of) && !slices.Contains(common, end.p) {
			common = append(common, end.p)
		}
	}
	switch len(common) {
	case 0:
		return orb.Point{}, apart
	case 1:
		return common[0], touching
	}
	return common[0], crossing
}

// within reports whether a point on the line of an edge is on the edge.
func within(p orb.Point, e edge) bool {
	return p[0] >= e.left() && p[0] <= e.right() && p[1] >= min(e.a[1], e.b[1]) && p[1] <= max(e.a[1], e.b[1])
}

// crossingPoint is where two edges cross, for a person to find it.
func crossingPoint(e, f edge) orb.Point {
	dx, dy := e.b[0]-e.a[0], e.b[1]-e.a[1]
	gx, gy := f.b[0]-f.a[0], f.b[1]-f.a[1]
	t := ((f.a[0]-e.a[0])*gy - (f.a[1]-e.a[1])*gx) / (dx*gy - dy*gx)
	return orb.Point{e.a[0] + t*dx, e.a[1] + t*dy}
}

// stray finds a corner of a ring, or the middle of one of its edges, that lies strictly inside another ring or strictly
// outside it. For rings that do not cross, this decides whether one holds the other: they may share corners.
func stray(ring, other orb.Ring, inside bool) (orb.Point, bool) {
	for i := range ring[1:] {
		middle := orb.Point{(ring[i][0] + ring[i+1][0]) / 2, (ring[i][1] + ring[i+1][1]) / 2}
		for _, p := range []orb.Point{ring[i], middle} {
			if crossesOdd(other, p) == inside && !onRing(p, other) {
				return p, true
			}
		}
	}
	return orb.Point{}, false
}

func onRing(p orb.Point, ring orb.Ring) bool {
	for i := range ring[1:] {
		e := edge{a: ring[i], b: ring[i+1]}
		if within(p, e) && orientation(e.a, e.b, p) == 0 {
			return true
		}
	}
	return false
}
