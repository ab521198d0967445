package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Candidate is an area that a record may lie in, and how likely that is by all that is known.
type Candidate struct {
	Area string  `json:"area"`
	P    float64 `json:"p"`
}

// evidence is what something other than the point says of the place, and how far it is believed.
type evidence struct {
	by      Method
	areas   []string
	believe float64
}

const (
	// territoryConfidence is how often a visit lies in what its worker has, where the point leaves that open.
	territoryConfidence = 0.6
	// blunder is how often a point is far off its accuracy: a form that is filled in elsewhere, a wrong datum.
	blunder = 0.05
	// likely is what a candidate must be by the point alone to be looked at, mostCandidates how many there are.
	likely, mostCandidates = 0.02, 6
)

func evidenceOf(idx *Index, in Input) (known []evidence) {
	if code, ok := idx.houseArea(in); ok {
		known = append(known, evidence{ByHouseCode, []string{code}, houseCodeConfidence})
	}
	if _, ok := idx.byCode[in.HouseholdArea]; ok {
		known = append(known, evidence{ByHousehold, []string{in.HouseholdArea}, householdConfidence})
	}
	if len(in.WorkerTerritory) > 0 {
		known = append(known, evidence{ByWorkerGrid, in.WorkerTerritory, territoryConfidence})
	}
	return known
}

func (e evidence) supports(area string) bool { return related(area, e.areas) }

// candidates are the areas that the point alone leaves open, that in which it was found first. Where it is found with certainty
// that is the only one. Around a corner each border alone would leave one half: together they come to no more than 1.
func (idx *Index) candidates(byPoint Assignment, f fix) []Candidate {
	all := []Candidate{{byPoint.Area, byPoint.Confidence}}
	if byPoint.Confidence >= sure || byPoint.Confidence < vague && byPoint.Method == ByGPS {
		return all
	}
	at, _ := idx.Area(byPoint.Area)
	dLat := min(3*sigma(f.accuracy), 2*nearMost) / metersPerDegree
	dLon := dLat / math.Max(math.Cos(f.lat*math.Pi/180), 1e-6)
	box := orb.Bound{Min: orb.Point{f.lon - dLon, f.lat - dLat}, Max: orb.Point{f.lon + dLon, f.lat + dLat}}
	total := byPoint.Confidence
	for _, i := range idx.touching(box, at.Level) {
		code := idx.areas[i].Code
		if p := idx.confidence(code, f.lon, f.lat, f.accuracy); code != byPoint.Area && p >= likely {
			all, total = append(all, Candidate{code, p}), total+p
		}
	}
	for i := range all {
		all[i].P /= max(total, 1)
	}
	slices.SortStableFunc(all[1:], func(a, b Candidate) int { return cmp.Compare(b.P, a.P) })
	return all[:min(len(all), mostCandidates)]
}

// weigh multiplies what the point says of each candidate by what the rest says. What lies in no candidate counts as one that the
// point had been wrong about. Where everything speaks for the area of the point its confidence grows, and without anything else it
// stays.
func weigh(all []Candidate, byPoint Assignment, known []evidence) Assignment {
	elsewhere := 1.0
	for _, c := range all {
		elsewhere -= c.P
	}
	for _, e := range known {
		far := !slices.ContainsFunc(all, func(c Candidate) bool { return e.supports(c.Area) })
		if far && e.by != ByWorkerGrid {
			all = append(all, Candidate{e.areas[0], blunder})
		}
	}
	total := max(elsewhere, 0)
	for _, e := range known {
		total *= 1 - e.believe
	}
	for i := range all {
		for _, e := range known {
			if e.supports(all[i].Area) {
				all[i].P *= e.believe
			} else {
				all[i].P *= 1 - e.believe
			}
		}
		total += all[i].P
	}
	for i := range all {
		all[i].P /= total
	}
	best := byPoint
	best.Confidence = all[0].P
	for _, c := range all[1:] {
		if by, speaks := speaker(known, c.Area, byPoint.Area); speaks && c.P > best.Confidence {
			best = Assignment{Area: c.Area, Method: by, Confidence: c.P}
		}
	}
	slices.SortStableFunc(all, func(a, b Candidate) int { return cmp.Compare(b.P, a.P) })
	for i := range all {
		all[i].P = math.Round(all[i].P*100) / 100 // finer would tell where in the area it was
	}
	best.Candidates = all
	return best
}

// speaker is the strongest evidence for one area that does not speak for another.
func speaker(known []evidence, area, other string) (by Method, found bool) {
	i := slices.IndexFunc(known, func(e evidence) bool { return e.supports(area) && !e.supports(other) })
	if i < 0 {
		return "", false
	}
	return known[i].by, true
}
