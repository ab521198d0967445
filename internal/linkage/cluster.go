package linkage

import (
	"cmp"
	"math"
	"slices"
)

// largest is how many records a cluster may have: beyond it something is a placeholder that nobody knew of.
const largest = 200

// clusters are the records that are one person, by the first of them; those of one record are not kept.
type clusters struct {
	r       *Result
	members map[int32][]int32
	looked  map[[4]int32]verdict // of two clusters, by their first records and their sizes
	kinds   map[int32][]kind     // of clusters that are looked at pair by pair
	joint   map[[2]int32]float64 // odds of the pairs that came together with others
	another []float64            // of somebody with so many records, the logarithm of the odds that there is one more; nil before it is known
}

// verdict is the odds that two clusters are one person, and whether two across them may be brothers or sisters.
type verdict struct {
	odds  float64
	apart bool
}

// kind is the first record of some that have equal rows, and how many they are: what is said of one is said of all.
type kind struct {
	record int32
	n      int
}

// cluster joins records by the pairs, the surest first, and lets a pair join two clusters only where all their records
// together speak for it: one that is surely another person keeps them apart. Then what is said of a pair is what is said of
// their clusters: all the records of one, or none, are those of the other. Records are joined twice: the first time tells how
// many records people have.
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
	c := r.together(order, r.together(order, nil).sizes())
	for i := range r.Pairs {
		p := &r.Pairs[i]
		a, b := r.Cluster[p.A], r.Cluster[p.B]
		if a == b || p.Held {
			continue
		}
		p.Odds = c.told(a, b)
		p.Held = held(p.Odds)
		p.decide()
	}
	c.tell()
}

// together joins records, from none joined on, by the pairs in an order.
func (r *Result) together(order []int, another []float64) *clusters {
	c := &clusters{r: r, members: map[int32][]int32{}, looked: map[[4]int32]verdict{},
		kinds: map[int32][]kind{}, joint: map[[2]int32]float64{}, another: another}
	r.Cluster = make([]int32, r.t.Len())
	for i := range r.Cluster {
		r.Cluster[i] = int32(i)
	}
	for _, i := range order {
		a, b := r.Cluster[r.Pairs[i].A], r.Cluster[r.Pairs[i].B]
		if a == b || len(c.of(a))+len(c.of(b)) > largest {
			continue
		}
		if said := c.odds(a, b); said.odds > 0 {
			c.join(a, b, said.odds)
		}
	}
	return c
}

// sizes gives, for each number of records, the logarithm of the odds that somebody who has so many at the least has more.
func (c *clusters) sizes() []float64 {
	people := make([]float64, largest+1)
	for i, x := range c.r.Cluster {
		if x == int32(i) {
			people[len(c.of(x))]++
		}
	}
	more, another := 0.5, make([]float64, largest+1)
	for n := largest; n > 0; n-- {
		another[n] = math.Log(more / (people[n] + 0.5))
		more += people[n]
	}
	return another
}

// of are the records of a cluster.
func (c *clusters) of(x int32) []int32 {
	if m := c.members[x]; m != nil {
		return m
	}
	return []int32{x}
}

// kindsOf are the different rows of a cluster, by their first records.
func (c *clusters) kindsOf(x int32) []kind {
	if k := c.kinds[x]; k != nil {
		return k
	}
	var kinds []kind
	t := c.r.t
	for _, record := range c.of(x) {
		at := slices.IndexFunc(kinds, func(k kind) bool { return slices.Equal(t.row(k.record), t.row(record)) })
		if at < 0 {
			at = len(kinds)
			kinds = append(kinds, kind{record: record})
		}
		kinds[at].n++
	}
	if len(c.of(x)) > 1 {
		c.kinds[x] = kinds
	}
	return kinds
}

// odds are those that the records of two clusters are of one person, of all the pairs across together, where a pair counts for no
// more than a sure one, and against no more than it can. Two that may be brothers or sisters, or have other given names, keep Chinese
// clusters apart; elsewhere they speak against it as much as a pair can. There the odds are added, and n of them count as the root of n,
// since they tell much of the same.
func (c *clusters) odds(a, b int32) verdict {
	x, y := c.of(a), c.of(b)
	if len(x) == 1 && len(y) == 1 {
		return verdict{odds: c.r.oddsOf(a, b)}
	}
	key := [4]int32{a, b, int32(len(x)), int32(len(y))}
	if said, known := c.looked[key]; known {
		return said
	}
	var said verdict
	all := across{a: float64(len(x)), b: float64(len(y)), best: -surely}
	for _, i := range c.kindsOf(a) {
		for _, j := range c.kindsOf(b) {
			p := c.r.pairOf(min(i.record, j.record), max(i.record, j.record))
			if p.apart {
				c.looked[key] = verdict{p.Odds, true}
				return c.looked[key]
			}
			if p.Odds == siblingOdds && c.r.scorer.brothers {
				p.Odds, said.apart = -surely, true
			}
			all.add(p.Odds, float64(i.n*j.n))
		}
	}
	switch {
	case said.apart:
		said.odds = all.sum / math.Sqrt(all.a*all.b)
	case len(x) == 1 || len(y) == 1:
		said.odds = all.one(c.another)
	default:
		said.odds = all.many()
	}
	c.looked[key] = said
	return said
}

// across is what the pairs across two clusters of so many records say together.
type across struct {
	a, b     float64
	sum      float64 // of the odds in natural logarithms
	straight float64 // and of the odds themselves
	best     float64
}

func (x *across) add(odds, n float64) {
	odds = min(surely, max(-surely, odds))
	x.sum, x.straight, x.best = x.sum+n*odds, x.straight+n*math.Exp(odds), max(x.best, odds)
}

// one are the odds of a record and a cluster. What is wrong in the record speaks against it in each pair, and what is wrong in the
// cluster in some: so the odds of its pairs are averaged themselves, as those of being written down like one of them. A record that is left
// seldom is somebody else's, the less so the likelier it is that people with so many records have another. Where no pair is likely
// there is none.
func (x *across) one(another []float64) float64 {
	odds := math.Log(x.straight/(x.a*x.b)) + left
	if another != nil {
		odds += hazard * min(hazard, another[min(largest, int(max(x.a, x.b)))])
	}
	if x.best <= 0 {
		return min(lookOdds, odds)
	}
	return odds
}

// many are the odds of two clusters. Records that have found together have less wrong: what speaks against counts, whoever says it,
// and the more pairs there are the likelier one is alike by accident.
func (x *across) many() float64 {
	n := x.a * x.b
	return 0.9*x.sum/n + 0.5*math.Log(x.straight/n) - 0.5*math.Log(n)
}

// What is added to the odds of a record and a cluster, and the share and bound of how likely another record is, in natural logarithms. They
// were chosen on made-up lists (decision 658).
const left, hazard = 0.6, 0.7

// tooLow is the most that is added, once all have joined, to the odds of a record and a cluster that it did not join (decision 668) and
// to those of pairs that joined with others (decision 674). Nothing is added where the odds that the cluster's person has another record
// are unlikely or less, and more the further they are above (decision 682). It is not added before, because a wrong record in a cluster
// draws others after it. Both are natural logarithms.
const tooLow, unlikely = 1, -1

// raise returns what is added to odds that are told too low, of a person with n records.
func (c *clusters) raise(n int) float64 {
	return min(tooLow, max(0, c.another[min(largest, n)]-unlikely))
}

// lacks returns what is added to the odds of a record and a cluster that have not joined: nothing for two of another kind, and in a list
// with many twins.
func (c *clusters) lacks(a, b int32) float64 {
	n, m, s := len(c.of(a)), len(c.of(b)), c.r.scorer
	twins := s.careful && (c.r.t.han || s.brothers)
	if twins || min(n, m) > 1 || max(n, m) == 1 {
		return 0
	}
	return c.raise(max(n, m))
}

// told is the odds of two clusters that have not joined. What a rule says stays.
func (c *clusters) told(a, b int32) float64 {
	said := c.odds(a, b)
	if said.odds < 0 && !held(said.odds) && !said.apart {
		return said.odds + c.lacks(a, b)
	}
	return said.odds
}

// surely bounds the odds of a pair among others.
const surely = 6

// join makes one cluster of two.
func (c *clusters) join(a, b int32, odds float64) {
	if a > b {
		a, b = b, a
	}
	x, y := c.of(a), c.of(b)
	for _, i := range x {
		for _, j := range y {
			if len(x)+len(y) == 2 {
				break // what is said of the pair stays
			}
			c.joint[[2]int32{min(i, j), max(i, j)}] = odds
		}
	}
	for _, j := range y {
		c.r.Cluster[j] = a
	}
	c.members[a] = slices.Concat(x, y)
	delete(c.members, b)
	delete(c.kinds, a)
	delete(c.kinds, b)
}

func (r *Result) oddsOf(x, y int32) float64 {
	return r.pairOf(min(x, y), max(x, y)).Odds
}

// tell gives each pair of a cluster the odds by which its records came together, and adds those that no key has found.
func (c *clusters) tell() {
	r, joint := c.r, c.joint
	for i := range r.Pairs {
		p := &r.Pairs[i]
		key := [2]int32{p.A, p.B}
		if odds, joined := joint[key]; joined {
			c.set(p, odds)
			delete(joint, key)
		}
	}
	for key, odds := range joint {
		if first := int32(r.t.first); first > 0 && (key[0] < first) == (key[1] < first) {
			continue
		}
		p := r.pairOf(key[0], key[1])
		c.set(&p, odds)
		r.Pairs = append(r.Pairs, p)
	}
	slices.SortFunc(r.Pairs, func(x, y Pair) int { return cmp.Or(int(x.A-y.A), int(x.B-y.B)) })
}

// set gives a pair the odds of its cluster, raised where days of birth are told: the ages of relatives agree by chance, and they join what
// is told high enough already. Where the pair alone would not do, the record that joins it best is kept.
func (c *clusters) set(p *Pair, odds float64) {
	if p.Odds >= odds && odds >= surely {
		return
	}
	if p.Odds < odds {
		best := p.Odds
		for _, k := range c.kindsOf(c.r.Cluster[p.A]) {
			if way := min(c.r.oddsOf(p.A, k.record), c.r.oddsOf(k.record, p.B)); way > best {
				best, p.Through = way, k.record
			}
		}
	}
	if !c.r.scorer.years {
		odds += c.raise(len(c.of(c.r.Cluster[p.A])) - 1)
	}
	p.Odds, p.Held = odds, false
	p.decide()
}
