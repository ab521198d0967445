package grid

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// raster answers most points of one level without geometry. It cuts the level's box into cells much smaller than an area. A cell that no
// border comes near lies wholly in one area or in none, and holds that; points of the others are looked up among the outlines.
type raster struct {
	lattice           // its box, columns and rows alone
	scale   orb.Point // cells a degree
	held    []uint16  // by cell: noneThere, borderThere, or the number of the area and firstThere
	areas   []int32   // by number: position of the area
}

const (
	nobody int32 = -1
	border int32 = -2

	// What a cell holds takes two bytes, so that the cells of a city fit into the processor's cache.
	unseen, borderThere, noneThere, firstThere = 0, 1, 2, 3

	// cellsPerArea makes about a sixth of the cells of a square area border ones; leastCells serve levels of a few large areas.
	cellsPerArea, leastCells, mostCells = 256, 1 << 14, 1 << 23
	// stepsPerPart bounds the work by the number of sides and cells: outlines that are made to be slow get no raster.
	stepsPerPart = 32
)

// newRaster makes the raster of a level of areas at some positions; find is the search among the outlines. It returns one without cells
// where that would take too long, or where the areas are more than two bytes count: then every point is searched for.
func newRaster(level *lattice, areas []int32, boundaries []orb.MultiPolygon, find func(orb.Point) int32) raster {
	width, height := level.box.Max[0]-level.box.Min[0], level.box.Max[1]-level.box.Min[1]
	cells := max(leastCells, min(cellsPerArea*len(boundaries), mostCells))
	r := raster{lattice: lattice{box: level.box}, areas: areas}
	if width == 0 || height == 0 || len(areas) > math.MaxUint16-firstThere {
		return raster{}
	}
	r.cols = clamp(math.Sqrt(float64(cells)*width/height), 1, cells)
	r.rows = clamp(float64(cells)/float64(r.cols), 1, cells)
	r.scale = orb.Point{float64(r.cols) / width, float64(r.rows) / height}
	r.held = make([]uint16, r.cols*r.rows)
	steps := stepsPerPart * len(r.held)
	for _, area := range boundaries {
		steps += stepsPerPart * cornersOf(area)
	}
	for _, area := range boundaries {
		for _, polygon := range area {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					if steps -= r.draw(ring[i-1], ring[i]); steps < 0 {
						return raster{}
					}
				}
			}
		}
	}
	r.fill(find)
	return r
}

// draw marks the cells that a side comes near, row by row, and returns how many it looked at. A cell counts as near a little before the
// side touches it: by far more than rounding in the place of a cell's border can come to.
func (r *raster) draw(a, b orb.Point) (steps int) {
	if a[1] > b[1] {
		a, b = b, a
	}
	size := orb.Point{(r.box.Max[0] - r.box.Min[0]) / float64(r.cols), (r.box.Max[1] - r.box.Min[1]) / float64(r.rows)}
	padX, padY := size[0]/1000+1e-10, size[1]/1000+1e-10
	for row := r.row(a[1] - padY); row <= r.row(b[1]+padY); row++ {
		south := r.box.Min[1] + float64(row)*size[1]
		from, to := along(a, b, south-padY), along(a, b, south+size[1]+padY)
		first, last := r.col(min(from, to)-padX), r.col(max(from, to)+padX)
		for c := row*r.cols + first; c <= row*r.cols+last; c++ {
			r.held[c] = borderThere
		}
		steps += 1 + last - first
	}
	return steps
}

// along is how far east a side from low a to high b is at a height; beyond its ends, the end.
func along(a, b orb.Point, height float64) float64 {
	switch {
	case a[1] == b[1]:
		if height < a[1] {
			return a[0]
		}
		return b[0]
	case height <= a[1]:
		return a[0]
	case height >= b[1]:
		return b[0]
	}
	return a[0] + (b[0]-a[0])*((height-a[1])/(b[1]-a[1]))
}

// fill finds who holds the cells that no border comes near. No border lies between two of them that are neighbours: what is known of
// one holds for the next, so that only some need a search.
func (r *raster) fill(find func(orb.Point) int32) {
	for c := range r.held {
		if r.held[c] != unseen {
			continue
		}
		row, col := c/r.cols, c%r.cols
		switch {
		case col > 0 && r.held[c-1] != borderThere:
			r.held[c] = r.held[c-1]
		case row > 0 && r.held[c-r.cols] != borderThere:
			r.held[c] = r.held[c-r.cols]
		default:
			r.held[c] = r.number(find(orb.Point{
				r.box.Min[0] + (float64(col)+0.5)*(r.box.Max[0]-r.box.Min[0])/float64(r.cols),
				r.box.Min[1] + (float64(row)+0.5)*(r.box.Max[1]-r.box.Min[1])/float64(r.rows),
			}))
		}
	}
}

// number is what a cell holds of an area at a position.
func (r *raster) number(at int32) uint16 {
	if i, found := slices.BinarySearch(r.areas, at); found {
		return uint16(firstThere + i)
	}
	return noneThere
}

// holder is the position of the area that holds a point, nobody, or border where that takes a search.
func (r *raster) holder(p orb.Point) int32 {
	if len(r.held) == 0 {
		return border
	}
	if !r.box.Contains(p) {
		return nobody
	}
	// The rounding is not that of lattice.col: draw allows for more than both.
	col, row := int((p[0]-r.box.Min[0])*r.scale[0]), int((p[1]-r.box.Min[1])*r.scale[1])
	switch held := r.held[min(row, r.rows-1)*r.cols+min(col, r.cols-1)]; held {
	case borderThere:
		return border
	case noneThere:
		return nobody
	default:
		return r.areas[held-firstThere]
	}
}
