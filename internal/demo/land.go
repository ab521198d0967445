package demo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// The city lies in the open sea, so that no map shows it where people live. Cells are about 300 m wide.
const (
	centerLon, centerLat = 116.6, 21.3
	cellLon, cellLat     = 0.0029, 0.0027
)

// cell is one square of the lattice, the later grid, by its south-west corner.
type cell struct{ i, j int }

// land is the set of cells that make up the city and the shape of their borders.
type land struct {
	cells []cell
	seed  uint64
}

// newLand picks the n cells nearest to the middle of an outline with bays and capes.
func newLand(seed uint64, n int) *land {
	l := &land{seed: seed}
	reach := int(1.1*math.Sqrt(float64(n))) + 3
	type scored struct {
		cell
		far float64
	}
	var all []scored
	for i := -reach; i <= reach; i++ {
		for j := -reach; j <= reach; j++ {
			x, y := (float64(i)+0.5)/1.6, float64(j)+0.5
			all = append(all, scored{cell{i, j}, math.Hypot(x, y) / l.radius(math.Atan2(y, x))})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(a.far, b.far) })
	for _, s := range all[:n] {
		l.cells = append(l.cells, s.cell)
	}
	return l
}

func (l *land) radius(angle float64) float64 {
	phase := 2 * math.Pi * l.noise(0, 0, 9)
	return 1 + 0.15*math.Sin(2*angle+phase) + 0.1*math.Sin(3*angle+2*phase) + 0.06*math.Sin(7*angle+3*phase)
}

// noise is a number from 0 to 1 that depends on the seed and its arguments only (the finalizer of splitmix64).
func (l *land) noise(i, j, kind int) float64 {
	x := l.seed ^ uint64(i)*0x9e3779b97f4a7c15 ^ uint64(j)*0xc2b2ae3d27d4eb4f ^ uint64(kind)*0x165667b19e3779f9
	for range 2 {
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		x ^= x >> 31
	}
	return float64(x>>11) / (1 << 53)
}

// corner is where a lattice corner lies in degrees. Areas that meet there get the very same numbers.
func (l *land) corner(c cell) orb.Point {
	return l.point(float64(c.i)+(l.noise(c.i, c.j, 1)-0.5)*0.4, float64(c.j)+(l.noise(c.i, c.j, 2)-0.5)*0.4)
}

// bend is a point that border lines pass halfway between two neighbouring corners, so that they are not straight.
func (l *land) bend(a, b cell) orb.Point {
	if b.i < a.i || b.j < a.j {
		a, b = b, a
	}
	along := 1
	if a.j == b.j {
		along = 0
	}
	p, q := l.corner(a), l.corner(b)
	shift := (l.noise(a.i, a.j, 3+along) - 0.5) * 0.15
	mid := orb.Point{(p[0] + q[0]) / 2, (p[1] + q[1]) / 2}
	mid[along^1] += shift * []float64{cellLon, cellLat}[along^1]
	return rounded(mid)
}

func (l *land) point(x, y float64) orb.Point {
	return rounded(orb.Point{centerLon + x*cellLon, centerLat + y*cellLat})
}

func rounded(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*1e7) / 1e7, math.Round(p[1]*1e7) / 1e7}
}
