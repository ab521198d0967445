package linkage

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// candidates gives pairs that have something in common, each once.
type candidates struct {
	t      *Table
	limits Limits
	list   []feature
	of     []uint32 // of each record its features, one after the other; nil where every pair is looked at
	passes []Pass
	asks   []uint64 // of each pass its features, as bits
	full   []uint64 // of each record the passes by which it finds nobody, as bits: too many have its key
	inKeys []uint64 // made anew for each pass: the keys of records that have one, each with its record below, in order
	pairs  int64    // of all passes, those that two find counted twice
}

func newCandidates(t *Table, l Limits) *candidates {
	c := &candidates{t: t, limits: l}
	if n := t.Len(); n <= l.All {
		c.pairs = t.possible()
		return c
	}
	c.list, c.of = t.features()
	c.choose()
	words := c.words()
	c.full = make([]uint64, t.Len()*words)
	for at, p := range c.passes {
		c.pairs += p.Pairs
		c.asks = append(c.asks, p.asks())
		if p.OverFull == 0 {
			continue
		}
		each(c.sorted(p.a, p.b), func(bucket []uint64) {
			if len(bucket) <= l.Bucket {
				return
			}
			for _, e := range bucket {
				c.full[int(uint32(e))*words+at/64] |= 1 << (at % 64)
			}
		})
	}
	return c
}

// words is how many words hold a bit for each pass.
func (c *candidates) words() int { return (len(c.passes) + 63) / 64 }

// possible is the number of pairs that there are at all.
func (t *Table) possible() int64 {
	n, first := int64(t.Len()), int64(t.first)
	if first > 0 {
		return first * (n - first)
	}
	return n * (n - 1) / 2
}

// visitor is told of pairs, a below b, and which processor it is told on. What it does not pick is passed over before it is looked
// whether an earlier pass has found it; a nil picks takes all.
type visitor struct {
	picks func(a, b int32) bool
	visit func(worker int, a, b int32)
}

// each visits the pairs on every processor. The pairs come in no order.
func (c *candidates) each(ctx context.Context, show func(done, total int), v visitor) error {
	if c.of == nil {
		return c.every(ctx, show, v)
	}
	for at := range c.passes {
		if err := ctx.Err(); err != nil {
			return err
		}
		show(at, len(c.passes))
		sorted := c.column(at)
		var next atomic.Int64
		parallel(func(worker int) {
			for {
				start := int(next.Add(stretch)) - stretch
				if start >= len(sorted) || ctx.Err() != nil {
					return
				}
				c.stretch(worker, at, sorted, start, v)
			}
		})
	}
	show(len(c.passes), len(c.passes))
	return ctx.Err()
}

// stretch is how many records one processor takes at a time.
const stretch = 4096

// stretch visits the pairs of the buckets that begin in a stretch.
func (c *candidates) stretch(worker, at int, sorted []uint64, start int, v visitor) {
	for i := start; i < min(start+stretch, len(sorted)); i++ {
		if i > 0 && sorted[i-1]>>32 == sorted[i]>>32 {
			continue
		}
		end := i
		for end < len(sorted) && sorted[end]>>32 == sorted[i]>>32 {
			end++
		}
		for x := i; x < end; x++ {
			for y := x + 1; y < end; y++ {
				if a, b := int32(uint32(sorted[x])), int32(uint32(sorted[y])); (v.picks == nil || v.picks(a, b)) && c.wanted(at, a, b) {
					v.visit(worker, a, b)
				}
			}
		}
	}
}

// wanted reports whether a pair is across two lists, has what a pass asks for, and no earlier pass has found it.
func (c *candidates) wanted(at int, a, b int32) bool {
	if !c.across(a, b) {
		return false
	}
	width, words := len(c.list), c.words()
	x, y := c.of[int(a)*width:][:width], c.of[int(b)*width:][:width]
	var same uint64
	for i, f := range x {
		if f == y[i] && f != 0 {
			same |= 1 << i
		}
	}
	full := c.full[int(a)*words:][:words] // of the other too, where their keys are the same
	if c.asks[at]&^same != 0 {            // their keys are the same by accident
		return false
	}
	for i, asks := range c.asks[:at] {
		if asks&^same == 0 && full[i/64]>>(i%64)&1 == 0 {
			return false
		}
	}
	return true
}

// across reports whether a pair is one to look at: of two lists those that have a record in each.
func (c *candidates) across(a, b int32) bool {
	first := int32(c.t.first)
	return first == 0 || (a < first) != (b < first)
}

// column are the keys of a pass by which records find somebody.
func (c *candidates) column(at int) []uint64 {
	p, words := c.passes[at], c.words()
	return slices.DeleteFunc(c.sorted(p.a, p.b), func(e uint64) bool { return c.full[int(uint32(e))*words+at/64]>>(at%64)&1 != 0 })
}

// every visits all pairs there are.
func (c *candidates) every(ctx context.Context, show func(done, total int), v visitor) error {
	n := int32(c.t.Len())
	var next atomic.Int32
	show(0, 1)
	parallel(func(worker int) {
		for a := next.Add(1) - 1; a < n && ctx.Err() == nil; a = next.Add(1) - 1 {
			for b := a + 1; b < n; b++ {
				if (v.picks == nil || v.picks(a, b)) && c.across(a, b) {
					v.visit(worker, a, b)
				}
			}
		}
	})
	show(1, 1)
	return ctx.Err()
}

// parallel runs work on every processor.
func parallel(work func(worker int)) {
	var all sync.WaitGroup
	for w := range workers() {
		all.Go(func() { work(w) })
	}
	all.Wait()
}

func workers() int { return min(8, runtime.GOMAXPROCS(0)) }
