package linkage

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// counted is a pattern and how many pairs have it.
type counted struct {
	p pattern
	n float64
}

// most pairs that are looked at to learn from: at random, and among the candidates.
const (
	randomPairs    = 500_000
	candidatePairs = 2_000_000
	rounds         = 40

	// manyApart is how many of two of one household differ in birth date and in given name, at the least, where names are not Chinese: records
	// of one person in which much is wrong agree in one of them. Up to apartTell of strangers may share a birth date: ages do not tell.
	manyApart, apartTell = 0.5, 0.005

	// manyAlike is how many pairs of one day and household whose names are the same in part there are for each pair of one person before they
	// are twins: fewer are misheard.
	manyAlike = 0.5
)

// learn estimates the shares by expectation and maximisation. What pairs of others do is learned from pairs at random, what
// those of one person do from candidates, each weighed by how likely it is one; candidates are found by any two
// aspects, so that they hold nearly all that are. The answer depends on the records, their order aside, and the seed.
func (t *Table) learn(ctx context.Context, c *candidates, seed uint64, show func(done, total int)) (params, int, error) {
	others := strangers{random: t.randomPatterns(seed), namesakes: t.namesakePatterns(seed)}
	found, err := t.candidatePatterns(ctx, c, seed, show)
	if err != nil {
		return params{}, 0, err
	}
	p := t.start()
	possible := float64(max(1, t.possible()))
	for round := range rounds {
		next := t.round(&p, others, found, possible)
		change := math.Abs(math.Log(next.match / p.match))
		for i := range p.m {
			for l := range p.m[i][0] {
				change = max(change, math.Abs(next.m[i][0][l]-p.m[i][0][l]))
			}
		}
		p = next
		if change < 1e-4 {
			return p, round + 1, nil
		}
	}
	return p, rounds, nil
}

// strangers are pairs that hold few of one person: at random, and at random among those of one given name.
type strangers struct{ random, namesakes []counted }

// round is one expectation and one maximisation.
func (t *Table) round(p *params, others strangers, found []counted, possible float64) params {
	next := t.start()
	m, u := make([]rates, len(t.aspects)), make([]rates, len(t.aspects))
	s := t.scorer(p)
	next.kin = make([]rates, len(t.aspects))
	match, household, near := 0.0, 0.0, relatives{born: 200, twins: 200 * usualTwins}
	for _, c := range found {
		same, house := s.posterior(&c.p)
		match, household = match+c.n*same, household+c.n*house
		t.tally(m, &c.p, c.n*same, c.n*same)
		for i, l := range c.p[:len(t.aspects)] {
			if l != missing {
				next.kin[i][s.kinship(&c.p, i)][l] += c.n * house
			}
		}
		near.add(s, &c.p, c.n*house)
	}
	for _, c := range others.random {
		same, house := s.posterior(&c.p)
		t.tally(u, &c.p, c.n, c.n*(1-same-house))
	}
	t.tallyNamesakes(u, s, others.namesakes)
	for i := range t.aspects {
		if t.han && i == s.birth { // a mistaken date does not hang on how the name was written
			pooled(&m[i])
		}
		smooth(&next.m[i], &m[i], 30)
		smooth(&next.u[i], &u[i], 2)
	}
	next.match = max(match, 0.5) / possible
	next.match = min(next.match, 0.5)
	if near.alike > manyAlike*match {
		near.born, near.twins = near.born+near.alike, near.twins+near.alike
	}
	next.household, next.twins = household/possible, near.twins/near.born
	if near.apart < manyApart*near.both && t.dated(&next, apartTell) {
		next.household = 0
	}
	if t.han || next.household > 0 {
		t.own(&next)
	}
	t.others(&next)
	return next
}

// relatives counts two of one household.
type relatives struct {
	born, twins float64 // birth dates that are told, and that are one; where names are Chinese, of two who are called otherwise
	alike       float64 // of one day, whose Chinese names are the same in part
	both, apart float64 // of whom given names and birth dates are told, and both differ
}

// add counts so many pairs of a pattern. Chinese names that are the same in part or sound alike are no evidence of twins by themselves:
// most such pairs of one day are one person, misheard.
func (r *relatives) add(s *scorer, p *pattern, n float64) {
	born := s.born(p)
	if born == missing {
		return
	}
	given := missing
	if s.given >= 0 {
		given = p[s.given]
	}
	if given != missing {
		r.both += n
		if born >= dateShift && given >= namePart {
			r.apart += n
		}
	}
	if s.given >= 0 && s.t.han && given != nameOther {
		if given == namePart && born == dateSame {
			r.alike += n
		}
		return
	}
	r.born += n
	if born == dateSame {
		r.twins += n
	}
}

// tally counts the levels of a pattern. What two people seldom share is counted by how likely they are two: else the true
// pairs among those at random would make up most of what agrees. For the rest they do not matter, and counting all
// keeps a value that many share from being learned to be one person's.
func (t *Table) tally(r []rates, p *pattern, common, n float64) {
	for i := range t.aspects {
		if p[i] != missing {
			n := n
			if !t.aspects[i].unique {
				n = common
			}
			r[i][t.given(p, i)][p[i]] += n
		}
	}
}

// tallyNamesakes counts what pairs of one given name agree in, for the aspects that depend on the name alone, in the place of the few
// such pairs among those at random, for whom they count together.
func (t *Table) tallyNamesakes(u []rates, s *scorer, namesakes []counted) {
	if len(namesakes) == 0 {
		return
	}
	all := make([]rates, len(t.aspects))
	for _, c := range namesakes {
		same, house := s.posterior(&c.p)
		t.tally(all, &c.p, c.n, c.n*(1-same-house))
	}
	for i, f := range t.aspects {
		if len(f.parents) != 1 || t.aspects[f.parents[0]].role != GivenName {
			continue
		}
		few, many := 0.0, 0.0
		for l := range u[i][1] {
			few, many = few+u[i][1][l], many+all[i][1][l]
		}
		for l := range u[i][1] {
			u[i][1][l] = all[i][1][l] * few / max(1, many)
		}
	}
}

// pooled counts all classes together, in each.
func pooled(r *rates) {
	for l := range r[0] {
		r[0][l] += r[1][l] + r[2][l]
		r[1][l], r[2][l] = r[0][l], r[0][l]
	}
}

// smooth replaces prior shares by what was counted, where the prior weighs as much as so many pairs. A class that is
// seldom met leans on all classes together.
func smooth(prior, count *rates, weight float64) {
	var all [maxLevels]float64
	total := 0.0
	for l := range all {
		all[l] = count[0][l] + count[1][l] + count[2][l] + weight*prior[0][l]
		total += all[l]
	}
	for class := range prior {
		sum := 0.0
		for _, n := range count[class] {
			sum += n
		}
		for l := range all {
			if prior[class][l] > 0 {
				prior[class][l] = max(rarest, (count[class][l]+weight*all[l]/total)/(sum+weight))
			}
		}
	}
}

// lean moves shares to what was counted, as far as so many pairs outweigh what was expected.
func lean(expected, count *[maxLevels]float64, weight float64) {
	sum := weight
	for _, n := range count {
		sum += n
	}
	for l := range expected {
		if expected[l] > 0 {
			expected[l] = max(rarest, (count[l]+weight*expected[l])/sum)
		}
	}
}

// randomPatterns are the patterns of pairs at random; of all pairs where there are few.
func (t *Table) randomPatterns(seed uint64) []counted {
	counts := map[pattern]float64{}
	n := t.Len()
	if t.possible() <= randomPairs {
		for a := range n {
			for b := a + 1; b < n; b++ {
				if t.first == 0 || (a < t.first) != (b < t.first) {
					counts[t.pair(int32(a), int32(b))]++
				}
			}
		}
		return inOrder(counts)
	}
	r := rand.New(rand.NewPCG(seed, 1))
	order := t.canonical()
	pairs := make([][2]int32, 0, randomPairs)
	for range randomPairs {
		a, b := r.IntN(n), r.IntN(n)
		if t.first > 0 {
			a, b = r.IntN(t.first), t.first+r.IntN(n-t.first)
		}
		if a != b {
			pairs = append(pairs, [2]int32{order[a], order[b]})
		}
	}
	return t.patternsOf(pairs)
}

// patternsOf counts the patterns of pairs on every processor.
func (t *Table) patternsOf(pairs [][2]int32) []counted {
	counts := make([]map[pattern]float64, workers())
	parallel(func(w int) {
		counts[w] = map[pattern]float64{}
		for i := w; i < len(pairs); i += workers() {
			counts[w][t.pair(pairs[i][0], pairs[i][1])]++
		}
	})
	return merged(counts)
}

// merged adds up the counts of the processors.
func merged(counts []map[pattern]float64) []counted {
	sum := counts[0]
	for _, m := range counts[1:] {
		for p, n := range m {
			sum[p] += n
		}
	}
	return inOrder(sum)
}

// canonical is an order of the records that does not depend on the order in which they came: by what they hold.
func (t *Table) canonical() []int32 {
	keys := make([]uint64, t.Len())
	order := make([]int32, t.Len())
	hashes := make([][]uint32, len(t.aspects))
	for i, f := range t.aspects {
		for v := range f.values {
			hashes[i] = append(hashes[i], hash32(f.values[v].written()))
		}
	}
	for r := range keys {
		order[r] = int32(r)
		h := uint64(14695981039346656037)
		for i := range t.aspects {
			h = (h ^ uint64(hashes[i][t.rows[r*len(t.aspects)+i]])) * 1099511628211
		}
		keys[r] = h
	}
	by := func(a, b int32) int {
		if keys[a] != keys[b] {
			if keys[a] < keys[b] {
				return -1
			}
			return 1
		}
		return 0
	}
	slices.SortStableFunc(order[:t.first], by)
	slices.SortStableFunc(order[t.first:], by)
	return order
}

// candidatePatterns are the patterns of the candidates, of a sample where there are many.
func (t *Table) candidatePatterns(ctx context.Context, c *candidates, seed uint64, show func(done, total int)) ([]counted, error) {
	counts := make([]map[pattern]float64, workers())
	for w := range counts {
		counts[w] = map[pattern]float64{}
	}
	share := min(1, candidatePairs/float64(max(1, c.pairs)))
	limit := uint64(share * (1 << 32))
	marks := t.marks(seed)
	v := visitor{visit: func(w int, a, b int32) { counts[w][t.pair(a, b)] += 1 / share }}
	if share < 1 {
		v.picks = func(a, b int32) bool { return uint64(mix(marks[a]^marks[b])) < limit }
	}
	err := c.each(ctx, show, v)
	return merged(counts), err
}

// marks are numbers of the records to draw pairs by, which follow from what they hold.
func (t *Table) marks(seed uint64) []uint32 {
	marks := make([]uint32, t.Len())
	r := rand.New(rand.NewPCG(seed, 2))
	for _, record := range t.canonical() {
		marks[record] = r.Uint32()
	}
	return marks
}

// inOrder lists patterns in an order of their own, so that sums come out the same each time.
func inOrder(counts map[pattern]float64) []counted {
	out := make([]counted, 0, len(counts))
	for p, n := range counts {
		out = append(out, counted{p, n})
	}
	slices.SortFunc(out, func(a, b counted) int {
		for i := range a.p {
			if a.p[i] != b.p[i] {
				return int(a.p[i]) - int(b.p[i])
			}
		}
		return 0
	})
	return out
}
