package work

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
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
