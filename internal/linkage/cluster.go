package linkage

import (
	"cmp"
	"slices"
)

// largest is how many records a cluster may have: beyond it something is a placeholder that nobody knew of.
const largest = 200

// cluster joins records by the pairs, the surest first, and lets a pair join two clusters only where all their records
// together speak for it: one that is surely another person keeps them apart. Pairs within a cluster that alone would
// not do are as sure as the way through a third record.
func (r *Result) cluster() {
	order := make([]int, 0, len(r.Pairs))
	for i := range r.Pairs {
		r.Pairs[i].decide()
		if r.Pairs[i].Odds > 0 {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(x, y int) int {
		a, b := r.Pairs[x], r.Pairs[y]
		return cmp.Or(cmp.Compare(b.Odds, a.Odds), int(a.A-b.A), int(a.B-b.B))
	})
	members := map[int32][]int32{}
	r.Cluster = make([]int32, r.t.Len())
	for i := range r.Cluster {
		r.Cluster[i] = int32(i)
	}
	of := func(x int32) []int32 {
		if m := members[x]; m != nil {
			return m
		}
		return []int32{x}
	}
	for _, i := range order {
		a, b := r.Cluster[r.Pairs[i].A], r.Cluster[r.Pairs[i].B]
		if a == b || len(of(a))+len(of(b)) > largest || !r.together(of(a), of(b)) {
			continue
		}
		if a > b {
			a, b = b, a
		}
		joined := slices.Concat(of(a), of(b))
		for _, x := range of(b) {
			r.Cluster[x] = a
		}
		members[a] = joined
		delete(members, b)
	}
	r.through(members)
}

// together reports whether the records of two clusters are one person on the whole; a pair counts for no more than a
// sure one, and against no more than it can.
func (r *Result) together(a, b []int32) bool {
	sum := 0.0
	for _, x := range a {
		for _, y := range b {
			odds := r.oddsOf(x, y)
			if odds == siblingOdds {
				return false
			}
			sum += min(6, max(-6, odds))
		}
	}
	return sum > 0
}

func (r *Result) oddsOf(x, y int32) float64 {
	p := r.t.pair(min(x, y), max(x, y))
	return r.scorer.odds(min(x, y), max(x, y), &p)
}

// through raises pairs of one cluster to what the best way through a third record gives, and adds those that no key has
// found.
func (r *Result) through(members map[int32][]int32) {
	at := map[[2]int32]int{}
	for i, p := range r.Pairs {
		if r.Cluster[p.A] == r.Cluster[p.B] {
			at[[2]int32{p.A, p.B}] = i
		}
	}
	for _, of := range members {
		slices.Sort(of)
		chance := make([][]float64, len(of))
		for i := range of {
			chance[i] = make([]float64, len(of))
			for j := range of {
				if i != j {
					chance[i][j] = probability(r.oddsOf(of[i], of[j]))
				}
			}
		}
		r.raise(of, chance, at)
	}
	slices.SortFunc(r.Pairs, func(x, y Pair) int { return cmp.Or(int(x.A-y.A), int(x.B-y.B)) })
}

func (r *Result) raise(of []int32, chance [][]float64, at map[[2]int32]int) {
	best, by := widest(chance)
	for i := range of {
		for j := i + 1; j < len(of); j++ {
			a, b := of[i], of[j]
			if r.t.first > 0 && (int(a) < r.t.first) == (int(b) < r.t.first) {
				continue
			}
			k, known := at[[2]int32{a, b}]
			if !known {
				k = len(r.Pairs)
				r.Pairs = append(r.Pairs, Pair{A: a, B: b, Odds: logit(chance[i][j]), Through: -1})
				r.Pairs[k].decide()
			}
			if p := &r.Pairs[k]; best[i][j] > p.Probability && by[i][j] >= 0 {
				p.Through = of[by[i][j]]
				p.Odds, p.Held = logit(best[i][j]), false
				p.decide()
			}
		}
	}
}

// widest is, for each pair, the most that a way over others gives: the product of the chances on it. by is a record on
// the way, -1 where the straight one is best.
func widest(chance [][]float64) (best [][]float64, by [][]int) {
	n := len(chance)
	best, by = make([][]float64, n), make([][]int, n)
	for i := range n {
		best[i], by[i] = slices.Clone(chance[i]), slices.Repeat([]int{-1}, n)
	}
	for k := range n {
		for i := range n {
			for j := range n {
				if x := best[i][k] * best[k][j]; i != j && x > best[i][j] {
					best[i][j], by[i][j] = x, k
				}
			}
		}
	}
	return best, by
}
