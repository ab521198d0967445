package linkage

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// candidates gives pairs that have something in common, each once.
type candidates struct {
	t      *Table
	limits Limits
	passes []Pass
	keys   []uint32 // of each record one for each pass; 0 where it finds nobody by it
	pairs  int64    // of all passes, those that two find counted twice
}

func newCandidates(t *Table, l Limits) *candidates {
	c := &candidates{t: t, limits: l}
	if n := t.Len(); n <= l.All {
		c.pairs = t.possible()
		return c
	}
	list, of := t.features()
	c.passes = t.passes(l, list, of)
	width := len(c.passes)
	c.keys = make([]uint32, t.Len()*width)
	for at, p := range c.passes {
		c.pairs += p.Pairs
		each(t.sorted(len(list), of, p.a, p.b), func(bucket []uint64) {
			if len(bucket) > l.Bucket {
				return
			}
			for _, e := range bucket {
				c.keys[int(uint32(e))*width+at] = uint32(e >> 32)
			}
		})
	}
	return c
}

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
	if c.keys == nil {
		return c.every(ctx, show, v)
	}
	width := len(c.passes)
	for at := range c.passes {
		if err := ctx.Err(); err != nil {
			return err
		}
		show(at, width)
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
	show(width, width)
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

// wanted reports whether a pair is across two lists, and no earlier pass has found it.
func (c *candidates) wanted(at int, a, b int32) bool {
	if first := int32(c.t.first); first > 0 && (a < first) == (b < first) {
		return false
	}
	width := len(c.passes)
	x, y := c.keys[int(a)*width:][:at], c.keys[int(b)*width:][:at]
	for i, k := range x {
		if k == y[i] && k != 0 {
			return false
		}
	}
	return true
}

func (c *candidates) column(at int) []uint64 {
	width := len(c.passes)
	return c.t.sorted(width, c.keys, at, -1)
}

// every visits all pairs there are.
func (c *candidates) every(ctx context.Context, show func(done, total int), v visitor) error {
	n := int32(c.t.Len())
	var next atomic.Int32
	show(0, 1)
	parallel(func(worker int) {
		for a := next.Add(1) - 1; a < n && ctx.Err() == nil; a = next.Add(1) - 1 {
			for b := a + 1; b < n; b++ {
				if (v.picks == nil || v.picks(a, b)) && c.wanted(0, a, b) {
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
