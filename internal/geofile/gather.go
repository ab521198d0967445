package geofile

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// gather makes polygons of the rings of a shapefile, which stand side by side. Which way round a ring runs should tell a hole,
// but many programs write it wrong; here a ring in an odd number of others is a hole of the smallest of them.
func gather(rings []orb.Ring) orb.MultiPolygon {
	rings = slices.DeleteFunc(rings, func(r orb.Ring) bool { return len(r) == 0 })
	slices.SortStableFunc(rings, func(a, b orb.Ring) int { return cmp.Compare(size(b), size(a)) })
	boxes := make([]orb.Bound, len(rings))
	for i, r := range rings {
		boxes[i] = r.Bound()
	}
	depth, polygonOf := make([]int, len(rings)), make([]int, len(rings))
	var all orb.MultiPolygon
	for i, r := range rings {
		around := -1
		for j := i - 1; j >= 0; j-- { // the smallest first
			if boxes[j].Contains(boxes[i].Min) && boxes[j].Contains(boxes[i].Max) && holds(rings[j], r) {
				around = j
				break
			}
		}
		if around >= 0 {
			depth[i] = depth[around] + 1
		}
		if depth[i]%2 == 1 {
			polygonOf[i] = polygonOf[around]
			all[polygonOf[i]] = append(all[polygonOf[i]], r)
			continue
		}
		polygonOf[i] = len(all)
		all = append(all, orb.Polygon{r})
	}
	return all
}

func size(r orb.Ring) float64 { return math.Abs(planar.Area(r)) }

// holds reports whether a ring lies in another, by the middle of its first side: corners may be common to both.
func holds(outer, r orb.Ring) bool {
	p := r[0]
	if len(r) > 1 {
		p = orb.Point{(r[0][0] + r[1][0]) / 2, (r[0][1] + r[1][1]) / 2}
	}
	return planar.RingContains(outer, p)
}
