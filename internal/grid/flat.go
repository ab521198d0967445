package grid

import "github.com/paulmach/orb"

// rings are the outlines of those areas of a level that are one ring, one after the other: a search reads few lines of memory.
type rings struct {
	start   []int32 // by position in Index.areas: where its corners begin
	corners orb.Ring
}

func newRings(areas []Area, items []item) rings {
	r := rings{start: make([]int32, len(areas)+1)}
	for _, it := range items { // in order of their position
		if ring, plain := onlyRing(areas[it.area].Boundary); plain {
			r.start[it.area+1] = int32(len(ring))
			r.corners = append(r.corners, ring...)
		}
	}
	for i := range areas {
		r.start[i+1] += r.start[i]
	}
	return r
}

func onlyRing(area orb.MultiPolygon) (orb.Ring, bool) {
	if len(area) != 1 || len(area[0]) != 1 {
		return nil, false
	}
	return area[0][0], true
}

// of is the ring of an area; empty for one that has several.
func (r *rings) of(area int32) orb.Ring { return r.corners[r.start[area]:r.start[area+1]] }
