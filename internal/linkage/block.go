package linkage

import (
	"slices"
	"sort"
)

// feature is a part of an aspect that records are looked up by.
type feature struct {
	aspect, slot int
	shared       bool
}

// featureName is how reports name a feature.
func (t *Table) featureName(f feature) string {
	return t.aspects[f.aspect].column + []string{"", "/1", "/2"}[f.slot]
}

// features lists those that the table has, and those of each record, one after the other.
func (t *Table) features() (list []feature, of []uint32) {
	byAspect := make([][]features, len(t.aspects))
	for i := range t.aspects {
		f := &t.aspects[i]
		if f.features == nil {
			continue
		}
		byAspect[i] = make([]features, len(f.values))
		var used [3]bool
		for v := range f.values {
			byAspect[i][v] = f.features(&f.values[v])
			for s, h := range byAspect[i][v] {
				used[s] = used[s] || h != 0
			}
		}
		for s, there := range used {
			if there {
				list = append(list, feature{i, s, f.shared})
			}
		}
	}
	n := len(t.aspects)
	of = make([]uint32, 0, t.Len()*len(list))
	for r := range t.Len() {
		for _, f := range list {
			of = append(of, byAspect[f.aspect][t.rows[r*n+f.aspect]][f.slot])
		}
	}
	return list, of
}

// Pass is one way of finding candidates: pairs that agree on one or two features.
type Pass struct {
	Keys     []string `json:"keys"`
	Pairs    int64    `json:"pairs"`
	OverFull int      `json:"over_full"` // keys that more records have than are compared with one another
	Passed   int      `json:"passed"`    // records with such a key
	a, b     int      // features; b is -1 for one alone
}

// Limits bound the work.
type Limits struct {
	Bucket int   // records with one key that are compared with one another
	Single int64 // pairs of one key alone, for each record
	Pairs  int64 // pairs for each record, all passes together
	Least  int64 // and up to so many pairs, however few records there are
	All    int   // up to so many records every pair is compared
}

// DefaultLimits find nearly all pairs of records with two aspects left in common.
func DefaultLimits() Limits {
	return Limits{Bucket: 100, Single: 20, Pairs: 80, Least: 20_000_000, All: 1500}
}

// choose takes features and pairs of features by the number of pairs they give, the fewest first. At least one
// of them tells of the person, not of the household alone.
func (c *candidates) choose() {
	n, l, list := int64(c.t.Len()), c.limits, c.list
	var all []Pass
	alone := make([]bool, len(list))
	for i, f := range list {
		p := c.measure(i, -1)
		if !f.shared && p.OverFull == 0 {
			alone[i] = p.Pairs <= l.Single*n
		}
		if p.Pairs > 0 && p.Pairs <= l.Single*n {
			all = append(all, p)
		}
	}
	for i := range list {
		for j := i + 1; j < len(list); j++ {
			if list[i].aspect == list[j].aspect || list[i].shared && list[j].shared || alone[i] || alone[j] {
				continue
			}
			if p := c.measure(i, j); p.Pairs > 0 {
				all = append(all, p)
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Pairs < all[j].Pairs })
	var sum int64
	for i, p := range all {
		if sum += p.Pairs; sum > max(l.Pairs*n, l.Least) {
			all = all[:i]
			break
		}
	}
	c.passes = all
}

func (c *candidates) measure(i, j int) Pass {
	p := Pass{Keys: []string{c.t.featureName(c.list[i])}, a: i, b: j}
	if j >= 0 {
		p.Keys = append(p.Keys, c.t.featureName(c.list[j]))
	}
	each(c.sorted(i, j), func(bucket []uint64) {
		if len(bucket) > c.limits.Bucket {
			p.OverFull++
			p.Passed += len(bucket)
			return
		}
		p.Pairs += c.t.pairsOf(bucket)
	})
	return p
}

// pairsOf counts the pairs of a bucket; of two lists those across.
func (t *Table) pairsOf(bucket []uint64) int64 {
	n := int64(len(bucket))
	if t.first == 0 {
		return n * (n - 1) / 2
	}
	first := int64(0)
	for _, e := range bucket {
		if int(uint32(e)) < t.first {
			first++
		}
	}
	return first * (n - first)
}

// asks are the features of a pass as bits.
func (p *Pass) asks() uint64 {
	if p.b < 0 {
		return 1 << p.a
	}
	return 1<<p.a | 1<<p.b
}

// sorted are the keys of one or two features of the records that have one, each with its record below, in order. They last until the
// next ones are asked for.
func (c *candidates) sorted(i, j int) []uint64 {
	width := len(c.list)
	out := slices.Grow(c.inKeys[:0], c.t.Len())
	for r := range c.t.Len() {
		row := c.of[r*width:][:width]
		key := row[i]
		if j >= 0 {
			key = both(key, row[j])
		}
		if key != 0 {
			out = append(out, uint64(key)<<32|uint64(r))
		}
	}
	slices.Sort(out)
	c.inKeys = out
	return out
}

// each gives the runs of one key that have two records or more.
func each(sorted []uint64, visit func([]uint64)) {
	for start := 0; start < len(sorted); {
		end := start + 1
		for end < len(sorted) && sorted[end]>>32 == sorted[start]>>32 {
			end++
		}
		if end-start > 1 {
			visit(sorted[start:end])
		}
		start = end
	}
}
