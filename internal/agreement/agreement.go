// Package agreement measures how far two people who asked the same questions got the same answers, beyond what chance gives.
package agreement

import (
	"cmp"
	"math"
	"slices"
)

// Pair holds the answers of two interviewers to one question about one case, each a category.
type Pair struct{ First, Second string }

// Result is the agreement of some pairs. Kappa, Low and High are nil where they cannot be told: without pairs, and where both
// interviewers only ever gave one and the same answer, chance alone explains everything.
type Result struct {
	N     int      `json:"n"`
	Equal int      `json:"equal"`
	Share *float64 `json:"share"` // of equal answers
	Kappa *float64 `json:"kappa"`
	Low   *float64 `json:"low"` // of the 95 % interval
	High  *float64 `json:"high"`
}

// z95 is the quantile of the normal distribution for an interval of 95 %.
const z95 = 1.959964

// table counts pairs by their two categories, in shares.
type table struct {
	cells         map[Pair]float64
	first, second map[string]float64
}

func count(pairs []Pair) table {
	t := table{map[Pair]float64{}, map[string]float64{}, map[string]float64{}}
	one := 1 / float64(len(pairs))
	for _, p := range pairs {
		t.cells[p] += one
		t.first[p.First] += one
		t.second[p.Second] += one
	}
	return t
}

// Of gives Cohen's kappa, (po-pe)/(1-pe) (Cohen, Educational and Psychological Measurement 20, 1960), with the interval of its
// large-sample standard error (Fleiss, Cohen and Everitt, Psychological Bulletin 72, 1969). With few pairs the interval is too
// narrow; it is cut at -1 and 1.
func Of(pairs []Pair) Result {
	r := Result{N: len(pairs)}
	if r.N == 0 {
		return r
	}
	for _, p := range pairs {
		if p.First == p.Second {
			r.Equal++
		}
	}
	share := float64(r.Equal) / float64(r.N)
	r.Share = &share
	t := count(pairs)
	chance := t.chance()
	if 1-chance < 1e-12 {
		return r
	}
	kappa := (share - chance) / (1 - chance)
	half := z95 * t.deviation(kappa, chance) / math.Sqrt(float64(r.N))
	low, high := max(-1, kappa-half), min(1, kappa+half)
	r.Kappa, r.Low, r.High = &kappa, &low, &high
	return r
}

// chance is the share of equal answers if the two had nothing to do with each other.
func (t table) chance() (sum float64) {
	for _, category := range sorted(t.first) {
		sum += t.first[category] * t.second[category]
	}
	return sum
}

// deviation is the standard error of kappa times the root of n.
func (t table) deviation(kappa, chance float64) float64 {
	a, b := 0.0, 0.0
	for _, p := range cells(t.cells) {
		if p.First == p.Second {
			a += t.cells[p] * square(1-(t.first[p.First]+t.second[p.Second])*(1-kappa))
		} else {
			b += t.cells[p] * square(t.second[p.First]+t.first[p.Second])
		}
	}
	c := square(kappa - chance*(1-kappa))
	return math.Sqrt(max(0, a+b*square(1-kappa)-c)) / (1 - chance)
}

func square(x float64) float64 { return x * x }

// sorted and cells keep the order of the sums, so that the same pairs give the same digits.
func sorted(m map[string]float64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func cells(m map[Pair]float64) []Pair {
	keys := make([]Pair, 0, len(m))
	for p := range m {
		keys = append(keys, p)
	}
	slices.SortFunc(keys, func(a, b Pair) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Second, b.Second)) })
	return keys
}

// Together gives the agreement of several questions as one: kappa of the mean observed and the mean expected agreement (De Vries,
// Elliott, Kanouse and Teleki, Applied Psychological Measurement 32, 2008). It has no interval: answers of one interview depend on
// each other.
func Together(questions [][]Pair) Result {
	r, asked, chance, share := Result{}, 0.0, 0.0, 0.0
	for _, pairs := range questions {
		one := Of(pairs)
		r.N, r.Equal = r.N+one.N, r.Equal+one.Equal
		if one.N > 0 {
			asked, chance, share = asked+1, chance+count(pairs).chance(), share+*one.Share
		}
	}
	if r.N == 0 {
		return r
	}
	all := float64(r.Equal) / float64(r.N)
	r.Share = &all
	if chance, share = chance/asked, share/asked; 1-chance >= 1e-12 {
		kappa := (share - chance) / (1 - chance)
		r.Kappa = &kappa
	}
	return r
}
