package linkage

import (
	"context"
	"math"
	"slices"
	"time"
)

// Options say how records are linked.
type Options struct {
	Seed   uint64
	Limits Limits
	Now    time.Time
	Show   func(step string, done, total int) // told how far the work is
}

// Decision is what becomes of a pair.
type Decision string

// The decisions. Review is for a person to look at.
const (
	Link   Decision = "link"
	Review Decision = "review"
	No     Decision = "no"
)

// LinkFrom and ReviewFrom are the least probabilities of the decisions.
const (
	LinkFrom   = 0.9
	ReviewFrom = 0.5
)

// Pair is two records, A before B in the table, and what was found of them.
type Pair struct {
	A, B        int32
	Odds        float64 // natural logarithm
	Through     int32   // the record that joins them where they alone would not, -1 for none
	Probability float64
	Held        bool // by rule: siblings, twins and nicknames are for a person to decide, whatever the weights say
	Nickname    bool // never linked by itself; other records of the person may link it
	Decision    Decision
	twins       bool // perhaps brothers or sisters of one day, with nearly the same name
	apart       bool // of Chinese names, of two people: brothers or sisters, or called otherwise
}

// Result is what came of linking.
type Result struct {
	Model   Model
	Pairs   []Pair  // those that are not out of the question, by their records
	Cluster []int32 // of each record the first record of its cluster
	scorer  *scorer
	t       *Table
	twin    []bool // records that may be of somebody with a brother or sister of the same day and nearly the same name; nil before it is known
}

// kept is the least of the odds, 1 in 50, at which pairs are kept.
const kept = -3.9

// Find finds which records are of one person.
func Find(ctx context.Context, t *Table, o Options) (*Result, error) {
	t.count()
	step := func(name string) func(int, int) { return func(done, total int) { o.Show(name, done, total) } }
	c := newCandidates(t, o.Limits)
	p, rounds, err := t.learn(ctx, c, o.Seed, step("学习 learning"))
	if err != nil {
		return nil, err
	}
	t.monotone(&p)
	r := &Result{t: t, scorer: t.scorer(&p), Model: Model{Version: modelVersion, Made: o.Now, Seed: o.Seed, Records: t.Len(),
		Possible: t.possible(),
		Match:    p.match, Household: p.household, Iterations: rounds, Columns: t.describe(&p), Passes: c.passes}}
	if err := r.score(ctx, c, step("比较 comparing")); err != nil {
		return nil, err
	}
	r.cluster()
	return r, nil
}

func (r *Result) score(ctx context.Context, c *candidates, show func(done, total int)) error {
	found, twins := make([][]Pair, workers()), make([][]int32, workers())
	compared := make([]int64, workers()*8)
	err := c.each(ctx, show, visitor{visit: func(w int, a, b int32) {
		compared[w*8]++
		p := r.pairOf(a, b)
		if p.Odds >= kept {
			found[w] = append(found[w], p)
		}
		if p.twins {
			twins[w] = append(twins[w], a, b)
		}
	}})
	for w := range found {
		r.Pairs = append(r.Pairs, found[w]...)
		r.Model.Compared += compared[w*8]
	}
	r.holdTwins(slices.Concat(twins...))
	return err
}

// pairOf is what two records say by themselves, a before b.
func (r *Result) pairOf(a, b int32) Pair {
	p := r.t.pair(a, b)
	odds, near := r.scorer.odds(a, b, &p)
	if r.twin != nil && (r.twin[a] || r.twin[b]) && odds > 0 && r.scorer.mistakable(&p) {
		odds = siblingOdds
	}
	return Pair{A: a, B: b, Odds: odds, Through: -1, Held: held(odds), Nickname: r.scorer.nickname(&p), twins: r.scorer.twins(&p, near),
		apart: r.t.han && (odds == siblingOdds || r.scorer.given >= 0 && p[r.scorer.given] == nameOther)}
}

// decide sets probability and decision from the odds.
func (p *Pair) decide() {
	p.Probability = probability(p.Odds)
	switch {
	case p.Probability >= LinkFrom && !(p.Nickname && p.Odds <= nicknameAtHome):
		p.Decision = Link
	case p.Probability >= ReviewFrom || p.Held:
		p.Decision = Review
	default:
		p.Decision = No
	}
}

// Weight is the evidence for a pair in bits, what is expected of any pair aside.
func (r *Result) Weight(p Pair) float64 { return (p.Odds - r.scorer.lnMatch) / math.Ln2 }
