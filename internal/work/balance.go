package work

import (
	"cmp"
	"slices"

	"doorstep/internal/access"
)

// place is a grid that is to be given to somebody: where its middle lies, and how much work it is.
type place struct {
	code     string
	lon, lat float64
	weight   int
}

// candidate is who may get places, and where they may work.
type candidate struct {
	id        string
	territory []string
}

// balance gives places to workers so that everybody's lie together and are about as much work: places and workers are halved
// again and again, along the longer side of what the places cover. A place outside of its worker's territory goes to the one who may
// work there and has least; nobody may: it stays out. The result does not depend on the order of the input.
func balance(places []place, workers []candidate) map[string]string {
	given, load := map[string]string{}, map[string]int{}
	places, workers = slices.Clone(places), slices.Clone(workers)
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.code, b.code) })
	slices.SortFunc(workers, func(a, b candidate) int { return cmp.Compare(middle(a), middle(b)) })
	var left []place
	halve(places, workers, func(p place, w candidate) {
		if !covers(w, p) {
			left = append(left, p)
			return
		}
		given[p.code] = w.id
		load[w.id] += p.weight
	})
	for _, p := range left {
		best := ""
		for _, w := range workers {
			if covers(w, p) && (best == "" || load[w.id] < load[best]) {
				best = w.id
			}
		}
		if best != "" {
			given[p.code] = best
			load[best] += p.weight
		}
	}
	return given
}

func covers(w candidate, p place) bool { return access.Actor{Territory: w.territory}.Covers(p.code) }

// middle orders workers by where they work, so that the halves of the one belong to those of the other.
func middle(c candidate) string { return access.Common(c.territory) + " " + c.id }

func halve(places []place, workers []candidate, give func(place, candidate)) {
	if len(places) == 0 || len(workers) == 0 {
		return
	}
	if len(workers) == 1 {
		for _, p := range places {
			give(p, workers[0])
		}
		return
	}
	along(places)
	total, half := 0, len(workers)/2
	for _, p := range places {
		total += p.weight
	}
	sum, at := 0, 0
	for at < len(places) && (2*sum+places[at].weight)*len(workers) <= 2*total*half {
		sum += places[at].weight
		at++
	}
	halve(places[:at], workers[:half], give)
	halve(places[at:], workers[half:], give)
}

// along sorts places along the longer side of what they cover.
func along(places []place) {
	low, high := places[0], places[0]
	for _, p := range places {
		low.lon, low.lat = min(low.lon, p.lon), min(low.lat, p.lat)
		high.lon, high.lat = max(high.lon, p.lon), max(high.lat, p.lat)
	}
	by := func(p place) float64 { return p.lat }
	if high.lon-low.lon > high.lat-low.lat {
		by = func(p place) float64 { return p.lon }
	}
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(by(a), by(b)), cmp.Compare(a.code, b.code)) })
}
