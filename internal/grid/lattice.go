package grid

import (
	"iter"
	"math"

	"github.com/paulmach/orb"
)

// lattice finds the areas of one level near a place. It cuts their common box into equal cells, about two for each
// area, and lists in every cell the areas whose box touches it. Areas of one level are of similar size, so that this
// beats an R-tree here: see docs/decisions/0030.
type lattice struct {
	box        orb.Bound
	cols, rows int
	start      []int32 // items[start[c]:start[c+1]] are those of cell c
	items      []item
}

type item struct {
	area int32 // position in Index.areas
	box  orb.Bound
}

// newLattice takes the areas of one level in order of their position; none gives an empty lattice.
func newLattice(items []item) lattice {
	if len(items) == 0 {
		return lattice{}
	}
	l := lattice{box: items[0].box}
	for _, it := range items {
		l.box = l.box.Union(it.box)
	}
	width, height := l.box.Max[0]-l.box.Min[0], l.box.Max[1]-l.box.Min[1]
	for cells := 2 * len(items); ; cells /= 2 {
		l.cols = clamp(math.Sqrt(float64(cells)*width/height), 1, cells)
		l.rows = clamp(float64(cells)/float64(l.cols), 1, cells)
		if cells == 1 || l.entries(items) <= 16*len(items) {
			break
		}
	}
	l.fill(items)
	return l
}

// entries counts what the cells would list. Areas that overlap far and wide, as only mistaken outlines do, make it
// grow with the square of their number, so such lattices get coarser cells.
func (l *lattice) entries(items []item) int {
	n := 0
	for _, it := range items {
		lowCol, highCol, lowRow, highRow := l.span(it.box)
		n += (highCol - lowCol + 1) * (highRow - lowRow + 1)
	}
	return n
}

// fill counts, sums up and places, so that all cells share one array.
func (l *lattice) fill(items []item) {
	l.start = make([]int32, l.cols*l.rows+1)
	for _, it := range items {
		for c := range l.cells(it.box) {
			l.start[c+1]++
		}
	}
	for c := range l.cols * l.rows {
		l.start[c+1] += l.start[c]
	}
	l.items = make([]item, l.start[l.cols*l.rows])
	next := append([]int32(nil), l.start...)
	for _, it := range items {
		for c := range l.cells(it.box) {
			l.items[next[c]] = it
			next[c]++
		}
	}
}

// at returns the areas that may hold p, in order of their position; their boxes still need a look.
func (l *lattice) at(p orb.Point) []item {
	if len(l.items) == 0 || !l.box.Contains(p) {
		return nil
	}
	c := l.row(p[1])*l.cols + l.col(p[0])
	return l.in(c)
}

// cells are the numbers of the cells that a box touches.
func (l *lattice) cells(box orb.Bound) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(l.start) == 0 || !l.box.Intersects(box) {
			return
		}
		lowCol, highCol, lowRow, highRow := l.span(box)
		for row := lowRow; row <= highRow; row++ {
			for col := lowCol; col <= highCol; col++ {
				if !yield(row*l.cols + col) {
					return
				}
			}
		}
	}
}

func (l *lattice) span(box orb.Bound) (lowCol, highCol, lowRow, highRow int) {
	return l.col(box.Min[0]), l.col(box.Max[0]), l.row(box.Min[1]), l.row(box.Max[1])
}

func (l *lattice) col(lon float64) int {
	return clamp((lon-l.box.Min[0])/(l.box.Max[0]-l.box.Min[0])*float64(l.cols), 0, l.cols-1)
}

func (l *lattice) row(lat float64) int {
	return clamp((lat-l.box.Min[1])/(l.box.Max[1]-l.box.Min[1])*float64(l.rows), 0, l.rows-1)
}

// clamp cuts x to a whole number from low to high; what is no number (a box without width) becomes low.
func clamp(x float64, low, high int) int {
	if !(x > float64(low)) {
		return low
	}
	return int(math.Min(x, float64(high)))
}

// in are the areas whose box touches a cell.
func (l *lattice) in(cell int) []item { return l.items[l.start[cell]:l.start[cell+1]] }
