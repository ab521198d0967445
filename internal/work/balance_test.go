package work

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestBalance(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	var places []place
	for i := range 200 {
		places = append(places, place{code: fmt.Sprintf("990101001001%03d", i), lon: float64(i % 20), lat: float64(i / 20), weight: 20 + r.IntN(80)})
	}
	workers := []candidate{{"a", []string{"990101"}}, {"b", []string{"990101"}}, {"c", []string{"990101001001"}}, {"d", []string{"990101001001"}}, {"e", []string{"990101"}}, {"far", []string{"990102"}}}
	given := balance(places, workers[:5])
	load, total := map[string]int{}, 0
	for _, p := range places {
		load[given[p.code]] += p.weight
		total += p.weight
	}
	for id, n := range load {
		if share := float64(n) * 5 / float64(total); share < 0.85 || share > 1.15 {
			t.Errorf("%s has %.2f of an equal part", id, share)
		}
	}
	if len(given) != 200 || len(load) != 5 {
		t.Errorf("%d places, %v", len(given), load)
	}
	spread := 0.0
	for _, p := range places { // whoever works beside
		for _, q := range places {
			if p.lat == q.lat && q.lon == p.lon+1 && given[p.code] != given[q.code] {
				spread++
			}
		}
	}
	if spread > 40 {
		t.Errorf("%v of 190 neighbours belong to different workers", spread)
	}
	rand.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
	slices.Reverse(workers)
	if again := balance(places, workers[1:]); !maps.Equal(again, given) {
		t.Error("another order gives another result")
	}
	if odd := balance(places, workers); slices.Contains(slices.Collect(maps.Values(odd)), "far") {
		t.Error("somebody got a place outside of their territory")
	}
	if none := balance(places, []candidate{{"far", []string{"990102"}}}); len(none) != 0 {
		t.Errorf("%d places for somebody who may not go there", len(none))
	}
}

// TestPlacesAreSharedAlongTheirLongerSide has a few places in a row or a column, one heavy place, and places where not everybody may go.
func TestPlacesAreSharedAlongTheirLongerSide(t *testing.T) {
	at := func(code string, lon, lat float64, weight int) place {
		return place{code: code, lon: lon, lat: lat, weight: weight}
	}
	everywhere := []string{"9901"}
	a, b, c := candidate{"a", everywhere}, candidate{"b", everywhere}, candidate{"c", everywhere}
	for name, one := range map[string]struct {
		places  []place
		workers []candidate
		want    string
	}{
		"nobody":     {[]place{at("990101", 0, 0, 1)}, nil, ""},
		"no places":  {nil, []candidate{a}, ""},
		"one worker": {[]place{at("990102", 0, 0, 1), at("990101", 5, 5, 9)}, []candidate{a}, "990101=a 990102=a"},
		"in a row": {[]place{at("990101", 3, 0, 1), at("990102", 0, 1, 1), at("990103", 1, 0, 1), at("990104", 2, 1, 1)},
			[]candidate{b, a}, "990101=b 990102=a 990103=a 990104=b"},
		"in a column": {[]place{at("990101", 0, 3, 1), at("990102", 1, 0, 1), at("990103", 0, 1, 1), at("990104", 1, 2, 1)},
			[]candidate{a, b}, "990101=b 990102=a 990103=a 990104=b"},
		"in a square": {[]place{at("990101", 0, 9, 1), at("990102", 9, 0, 1)}, []candidate{a, b}, "990101=b 990102=a"},
		"in a row, far from the middle": {[]place{at("990101", -5, 40, 1), at("990102", -9, 40.1, 1), at("990103", -2, 40.2, 1)},
			[]candidate{a, b, c}, "990101=b 990102=a 990103=c"},
		"at one place":          {[]place{at("990103", 1, 1, 1), at("990101", 1, 1, 1), at("990102", 1, 1, 1)}, []candidate{c, a, b}, "990101=a 990102=b 990103=c"},
		"a heavy one":           {[]place{at("990101", 0, 0, 9), at("990102", 1, 0, 1), at("990103", 2, 0, 1)}, []candidate{a, b}, "990101=a 990102=b 990103=b"},
		"a heavy one at an end": {[]place{at("990101", 2, 0, 9), at("990102", 1, 0, 1), at("990103", 0, 0, 1)}, []candidate{a, b}, "990101=b 990102=a 990103=a"},
		"where one may not go": {[]place{at("990101", 0, 0, 1), at("990102", 1, 0, 1), at("990103", 2, 0, 1), at("990104", 3, 0, 1)},
			[]candidate{{"a", []string{"990103", "990104"}}, {"b", []string{"990101", "990102"}}}, "990101=b 990102=b 990103=a 990104=a"},
		"whoever has least": {[]place{at("990101", 0, 0, 1), at("990102", 1, 0, 5), at("990103", 2, 0, 1), at("990104", 3, 0, 1)},
			[]candidate{{"a", everywhere}, {"b", everywhere}, {"far", []string{"9902"}}}, "990101=a 990102=b 990103=a 990104=a"},
		"two that are left": {[]place{at("990101", 0, 0, 1), at("990102", 1, 0, 1), at("990103", 2, 0, 1), at("990104", 3, 0, 1), at("990105", 4, 0, 1),
			at("990106", 5, 0, 1)}, []candidate{a, b, {"far", []string{"9902"}}}, "990101=a 990102=a 990103=b 990104=b 990105=a 990106=b"},
		"in a row that begins above": {[]place{at("990101", 0, 1, 1), at("990102", 9, 0, 1)}, []candidate{a, b}, "990101=a 990102=b"},
		"nobody may go there":        {[]place{at("990101", 0, 0, 1), at("990201", 1, 0, 1)}, []candidate{a, b}, "990101=a"},
	} {
		places, workers := slices.Clone(one.places), slices.Clone(one.workers)
		given := balance(places, workers)
		var got []string
		for _, code := range slices.Sorted(maps.Keys(given)) {
			got = append(got, code+"="+given[code])
		}
		if strings.Join(got, " ") != one.want {
			t.Errorf("%s: %q, want %q", name, got, one.want)
		}
		same := func(x, y candidate) bool { return x.id == y.id }
		if !slices.Equal(places, one.places) || !slices.EqualFunc(workers, one.workers, same) {
			t.Errorf("%s: what was given is in another order: %v, %v", name, places, workers)
		}
	}
}
