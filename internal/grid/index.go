package grid

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Index answers which area a WGS-84 point is in. It never changes once made, so any number of goroutines may ask it;
// when areas change, make a new one.
type Index struct {
	areas    []Area         // sorted by code
	byCode   map[string]int // code → position in areas
	codes    []string       // of areas: what most lookups end with
	layers   []layer        // one a level, finest first
	levels   [][]int32      // positions in areas by depth
	expected []int64        // households, of areas
}

// layer is one level: the raster answers most points, the lattice finds outlines.
type layer struct {
	lattice
	raster raster
	rings  rings
}

// NewIndex takes areas of any levels in any order. Areas without a code are left out; of two with one code the last
// counts; areas without a boundary are known by code only.
func NewIndex(areas []Area) *Index {
	idx := &Index{byCode: make(map[string]int, len(areas))}
	last := make(map[string]Area, len(areas))
	for _, a := range areas {
		if a.Code != "" {
			last[a.Code] = a
		}
	}
	for _, a := range last {
		idx.areas = append(idx.areas, a)
	}
	slices.SortFunc(idx.areas, func(a, b Area) int { return cmp.Compare(a.Code, b.Code) })
	byDepth := make([][]item, finest+1)
	for i, a := range idx.areas {
		idx.byCode[a.Code] = i
		idx.codes = append(idx.codes, a.Code)
		if depth := a.Level.depth(); depth >= 0 && len(a.Boundary) > 0 {
			byDepth[depth] = append(byDepth[depth], item{int32(i), a.Boundary.Bound()})
		}
	}
	idx.expect()
	for depth := finest; depth >= 0; depth-- {
		if len(byDepth[depth]) > 0 {
			idx.layers = append(idx.layers, idx.newLayer(byDepth[depth]))
		}
	}
	return idx
}

func (idx *Index) newLayer(items []item) layer {
	l := layer{lattice: newLattice(items), rings: newRings(idx.areas, items)}
	boundaries, positions := make([]orb.MultiPolygon, len(items)), make([]int32, len(items))
	for i, it := range items {
		boundaries[i], positions[i] = idx.areas[it.area].Boundary, it.area
	}
	l.raster = newRaster(&l.lattice, positions, boundaries, func(p orb.Point) int32 { return idx.search(&l, p) })
	return l
}

// search is the first area of a level whose outline holds a point, or nobody.
func (idx *Index) search(l *layer, p orb.Point) int32 {
	for _, it := range l.at(p) {
		if !it.box.Contains(p) {
			continue
		}
		if ring := l.rings.of(it.area); len(ring) > 0 && crossesOdd(ring, p) || len(ring) == 0 && inside(idx.areas[it.area].Boundary, p) {
			return it.area
		}
	}
	return nobody
}

// Len is the number of areas.
func (idx *Index) Len() int { return len(idx.areas) }

// Area returns the area with that code.
func (idx *Index) Area(code string) (Area, bool) {
	i, ok := idx.byCode[code]
	if !ok {
		return Area{}, false
	}
	return idx.areas[i], true
}

// In are the areas of a level whose box meets another, by code.
func (idx *Index) In(box orb.Bound, level Level) iter.Seq[Area] {
	return func(yield func(Area) bool) {
		for _, i := range idx.touching(box, level) {
			if !yield(idx.areas[i]) {
				return
			}
		}
	}
}

// Locate returns the code of the finest area that holds the WGS-84 point. Where areas of one level overlap, which they
// should not, the lowest code wins. What is no place on earth is in no area.
func (idx *Index) Locate(lon, lat float64) (code string, ok bool) {
	if !onEarth(lon, lat) {
		return "", false
	}
	p := orb.Point{lon, lat}
	for i := range idx.layers {
		held := idx.layers[i].raster.holder(p)
		if held == border {
			held = idx.search(&idx.layers[i], p)
		}
		if held != nobody {
			return idx.codes[held], true
		}
	}
	return "", false
}

// nearest returns the closest area whose border is at most maxMeters from a point outside, and how far that is, among
// the areas of the finest level that has any so close. A point inside an area is 0 from it.
func (idx *Index) nearest(lon, lat, maxMeters float64) (code string, meters float64, ok bool) {
	if !onEarth(lon, lat) {
		return "", 0, false
	}
	p := orb.Point{lon, lat}
	dLat := maxMeters / metersPerDegree
	dLon := dLat / math.Max(math.Cos(lat*math.Pi/180), 1e-6)
	near := orb.Bound{Min: orb.Point{lon - dLon, lat - dLat}, Max: orb.Point{lon + dLon, lat + dLat}}
	for i := range idx.layers {
		at, meters := idx.nearestOf(&idx.layers[i].lattice, p, near)
		if at >= 0 && meters <= maxMeters {
			return idx.areas[at].Code, meters, true
		}
	}
	return "", 0, false
}

// nearestOf returns the closest area of one level that has a cell near p, or -1; the lowest code where several are.
func (idx *Index) nearestOf(l *lattice, p orb.Point, near orb.Bound) (at int32, meters float64) {
	at, meters = -1, math.Inf(1)
	for c := range l.cells(near) {
		for _, it := range l.in(c) {
			if !it.box.Intersects(near) {
				continue
			}
			d := math.Max(0, -signedDistance(idx.areas[it.area].Boundary, p))
			if d < meters || d == meters && it.area < at {
				at, meters = it.area, d
			}
		}
	}
	return at, meters
}

// onEarth reports whether both are numbers in the range of degrees.
func onEarth(lon, lat float64) bool {
	return lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90
}

// leaf reports whether no finer area of the index lies in the one with that code.
func (idx *Index) leaf(code string) bool {
	i, ok := idx.byCode[code]
	return ok && (i+1 == len(idx.areas) || !under(idx.areas[i+1].Code, code))
}
