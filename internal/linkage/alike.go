package linkage

import (
	"math/rand/v2"
	"sort"
)

// namesakePairs is how many pairs of one given name are looked at to learn what such pairs have in common besides.
const namesakePairs = 300_000

// namesakePatterns are the patterns of pairs at random among those of one given name. They are few among all pairs, and born in years in
// which the name was given: two strangers of one name are of about one age more often than two others. None where all pairs are
// looked at anyway.
func (t *Table) namesakePatterns(seed uint64) []counted {
	given := t.aspectOf(GivenName)
	if given < 0 || !t.han || t.possible() <= randomPairs {
		return nil
	}
	groups := map[uint32]*[2][]int32{} // by how the name sounds, of each list
	var order []uint32
	sounds := make([]uint32, len(t.aspects[given].values))
	for i := range sounds {
		sounds[i] = givenFeatures(&t.aspects[given].values[i])[0]
	}
	for _, record := range t.canonical() {
		v := sounds[t.row(record)[given]]
		if v == 0 {
			continue
		}
		g := groups[v]
		if g == nil {
			g = &[2][]int32{}
			groups[v], order = g, append(order, v)
		}
		side := 0
		if t.first > 0 && int(record) >= t.first {
			side = 1
		}
		g[side] = append(g[side], record)
	}
	upTo, sum := make([]int, 0, len(order)), 0 // pairs, of this name and those before
	for _, v := range order {
		a, b := len(groups[v][0]), len(groups[v][1])
		if t.first > 0 {
			sum += a * b
		} else {
			sum += a * (a - 1) / 2
		}
		upTo = append(upTo, sum)
	}
	if sum == 0 {
		return nil
	}
	r := rand.New(rand.NewPCG(seed, 3))
	pairs := make([][2]int32, 0, namesakePairs)
	for range namesakePairs {
		g := groups[order[sort.SearchInts(upTo, 1+r.IntN(sum))]]
		a, b := g[0], g[0]
		if t.first > 0 {
			b = g[1]
		}
		if x, y := a[r.IntN(len(a))], b[r.IntN(len(b))]; x != y {
			pairs = append(pairs, [2]int32{x, y})
		}
	}
	return t.patternsOf(pairs)
}
