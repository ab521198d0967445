package demo

import (
	"slices"

	"github.com/paulmach/orb"
)

// The four directions of a lattice edge, counter-clockwise from east.
var directions = [4]cell{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}

// edge is a directed lattice edge with the area on its left.
type edge struct {
	from      cell
	direction int
}

func (e edge) to() cell {
	d := directions[e.direction]
	return cell{e.from.i + d.i, e.from.j + d.j}
}

// loop is a closed border line of an area.
type loop struct {
	edges []edge
	size  int // twice the cells enclosed, negative for a hole
}

// union is the outline of a set of cells: a polygon for each connected part, with its holes.
func (l *land) union(cells []cell) orb.MultiPolygon {
	var outer, holes []loop
	for _, lp := range loops(cells) {
		if lp.size > 0 {
			outer = append(outer, lp)
		} else {
			holes = append(holes, lp)
		}
	}
	area := make(orb.MultiPolygon, len(outer))
	for i, lp := range outer {
		area[i] = orb.Polygon{l.ring(lp)}
	}
	for _, hole := range holes {
		i := smallestAround(outer, hole.edges[0].left())
		area[i] = append(area[i], l.ring(hole))
	}
	return area
}

// loops traces the borders of a set of cells. Where two cells touch at a corner only, the line turns left, so that the
// corner separates them.
func loops(cells []cell) []loop {
	order, open := borders(cells)
	var out []loop
	for _, start := range order {
		var line []edge
		for e := start; open[e]; e = following(e, open) {
			delete(open, e)
			line = append(line, e)
		}
		out = append(out, cut(line)...)
	}
	return out
}

// cut makes loops of a closed line, none of which passes a corner twice: where the line comes back to a corner, what lies
// between is a loop of its own, such as a hole that touches the border from within.
func cut(line []edge) (out []loop) {
	var path []edge
	at := map[cell]int{}
	for _, e := range line {
		at[e.from] = len(path)
		path = append(path, e)
		i, again := at[e.to()]
		if !again {
			continue
		}
		lp := loop{edges: slices.Clone(path[i:])}
		for _, e := range lp.edges {
			lp.size += e.from.i*e.to().j - e.to().i*e.from.j
			delete(at, e.from)
		}
		out, path = append(out, lp), path[:i]
	}
	return out
}

// borders lists the edges between a cell of the set and one outside, in the order of the cells.
func borders(cells []cell) (order []edge, open map[edge]bool) {
	in := make(map[cell]bool, len(cells))
	for _, c := range cells {
		in[c] = true
	}
	open = map[edge]bool{}
	for _, c := range cells {
		// Each side of the cell runs counter-clockwise; its neighbour lies to the right.
		sides := [4]edge{{c, 0}, {cell{c.i + 1, c.j}, 1}, {cell{c.i + 1, c.j + 1}, 2}, {cell{c.i, c.j + 1}, 3}}
		for k, e := range sides {
			d := directions[(k+3)%4]
			if !in[cell{c.i + d.i, c.j + d.j}] {
				order = append(order, e)
				open[e] = true
			}
		}
	}
	return order, open
}

// following is the open edge after e: to the left if there is one, else straight on, else to the right.
func following(e edge, open map[edge]bool) edge {
	for _, turn := range []int{1, 0, 3} {
		if next := (edge{e.to(), (e.direction + turn) % 4}); open[next] {
			return next
		}
	}
	return edge{}
}

// left is the cell on the left of the edge.
func (e edge) left() cell {
	c := e.from
	switch e.direction {
	case 1:
		c.i--
	case 2:
		c.i--
		c.j--
	case 3:
		c.j--
	}
	return c
}

func smallestAround(outer []loop, c cell) int {
	best := -1
	for i, lp := range outer {
		if lp.around(c) && (best < 0 || lp.size < outer[best].size) {
			best = i
		}
	}
	return best
}

// around reports whether the loop encloses a cell: whether an odd number of its upward and downward edges lie east of it.
func (lp loop) around(c cell) bool {
	odd := false
	for _, e := range lp.edges {
		lower := min(e.from.j, e.to().j)
		if e.from.i == e.to().i && lower == c.j && e.from.i > c.i {
			odd = !odd
		}
	}
	return odd
}

// ring gives the loop its place in degrees, bends included.
func (l *land) ring(lp loop) orb.Ring {
	var r orb.Ring
	for _, e := range lp.edges {
		r = append(r, l.corner(e.from), l.bend(e.from, e.to()))
	}
	return append(r, r[0])
}
