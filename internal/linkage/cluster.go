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
	doubt   map[int32]float64    // of records that joined a larger cluster, the odds by which they did
	looked  map[[4]int32]float64 // odds of two clusters, by their first records and their sizes
	kinds   map[int32][]kind     // of clusters that are looked at pair by pair
}

// kind is the first record of some that have equal rows, and how many they are: what is said of one is said of all.
type kind struct {
	record int32
	n      int
}

// cluster joins records by the pairs, the surest first, and lets a pair join two clusters only where all their records
// together speak for it: one that is surely another person keeps them apart. Then what is said of a pair is what is said of
// their clusters: all the records of one, or none, are those of the other. Where names are not Chinese, records in which much
// is wrong speak against each other more than they should: there an unlikely pair loses half of its odds at the most, and
// nothing where days of birth are not told.
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
	c := clusters{r: r, members: map[int32][]int32{}, doubt: map[int32]float64{}, looked: map[[4]int32]float64{}, kinds: map[int32][]kind{}}
	r.Cluster = make([]int32, r.t.Len())
	for i := range r.Cluster {
		r.Cluster[i] = int32(i)
	}
	joint := map[[2]int32]float64{}
	for joined := true; joined; { // again: what kept two apart may be outweighed by who has joined since
		joined = false
		for _, i := range order {
			a, b := r.Cluster[r.Pairs[i].A], r.Cluster[r.Pairs[i].B]
			if a == b || len(c.of(a))+len(c.of(b)) > largest {
				continue
			}
			if odds := c.odds(a, b); odds > 0 {
				c.join(a, b, odds, joint)
				joined = true
			}
		}
	}
	for i := range r.Pairs {
		p := &r.Pairs[i]
		a, b := r.Cluster[p.A], r.Cluster[p.B]
		if a == b || p.Held {
			continue
		}
		switch odds := min(p.Odds, c.odds(a, b)); {
		case p.Odds > 0 || r.t.han:
			p.Odds = odds
		case r.scorer.dated:
			p.Odds = max(odds, p.Odds-math.Ln2)
		}
		p.decide()
	}
	c.tell(joint)
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

// odds are those that the records of two clusters are of one person: of all the pairs across together, where a pair counts for no
// more than a sure one, and against no more than it can. Pairs of the same records tell much of the same, so that n count as the root of n.
// Two that may be brothers or sisters keep clusters apart; where names are not Chinese, they speak against them as much as a pair can.
func (c *clusters) odds(a, b int32) float64 {
	x, y := c.of(a), c.of(b)
	if len(x) == 1 && len(y) == 1 {
		return c.r.oddsOf(a, b)
	}
	key := [4]int32{a, b, int32(len(x)), int32(len(y))}
	if odds, known := c.looked[key]; known {
		return odds
	}
	sum := 0.0
	for _, i := range c.kindsOf(a) {
		for _, j := range c.kindsOf(b) {
			odds := c.r.oddsOf(i.record, j.record)
			if odds == siblingOdds && c.r.t.han {
				c.looked[key] = siblingOdds
				return siblingOdds
			}
			if odds == siblingOdds && c.r.scorer.brothers {
				odds = -surely
			}
			sum += float64(i.n*j.n) * min(surely, max(-surely, odds))
		}
	}
	odds := sum / math.Sqrt(float64(len(x)*len(y)))
	c.looked[key] = odds
	return odds
}

// surely bounds the odds of a pair among others.
const surely = 6

// join makes one cluster of two.
func (c *clusters) join(a, b int32, odds float64, joint map[[2]int32]float64) {
	if a > b {
		a, b = b, a
	}
	x, y := c.of(a), c.of(b)
	for _, i := range x {
		for _, j := range y {
			if len(x)+len(y) == 2 {
				break // what is said of the pair stays
			}
			joint[[2]int32{min(i, j), max(i, j)}] = min(odds, c.doubted(i), c.doubted(j))
		}
	}
	fewer := x
	if len(y) < len(x) {
		fewer = y
	}
	if len(x) != len(y) {
		for _, i := range fewer {
			c.doubt[i] = min(odds, c.doubted(i))
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

func (c *clusters) doubted(x int32) float64 {
	if odds, ok := c.doubt[x]; ok {
		return odds
	}
	return math.Inf(1)
}

func (r *Result) oddsOf(x, y int32) float64 {
	return r.pairOf(min(x, y), max(x, y)).Odds
}

// tell gives each pair of a cluster the odds by which its records came together, and adds those that no key has found.
func (c *clusters) tell(joint map[[2]int32]float64) {
	r := c.r
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

// set gives a pair the odds of its cluster. Where it alone would not do, the record that joins it best is kept.
func (c *clusters) set(p *Pair, odds float64) {
	if p.Odds >= odds && odds >= surely {
		return
	}
	if p.Odds < odds {
		best, t := p.Odds, c.r.t
		for _, k := range c.kindsOf(c.r.Cluster[p.A]) {
			if slices.Equal(t.row(k.record), t.row(p.A)) || slices.Equal(t.row(k.record), t.row(p.B)) {
				continue // no way is better than the pair itself
			}
			if way := min(c.r.oddsOf(p.A, k.record), c.r.oddsOf(k.record, p.B)); way > best {
				best, p.Through = way, k.record
			}
		}
	}
	p.Odds, p.Held = odds, false
	p.decide()
}
