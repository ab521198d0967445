package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"doorstep/bench/process"
)

// operation is something that somebody asks for. call returns the size of the answer: bytes, or what was looked at.
type operation struct {
	name string
	call func(context.Context) (int, error)
	most int  // calls in a round; 0 is as many as asked for
	all  bool // the answer is about all of the city, or a program starts: it may grow
}

// measured is what an operation took in one city, in milliseconds.
type measured struct {
	cold, least float64   // the first call, and the quickest after it
	costs       []float64 // processor time of every call but the first; of all where there is one
	calls       int
	bytes       int
	peak        int       // MB of the server's memory at most
	took        []float64 // every call but the first
}

// compared is an operation in the town and in the city.
type compared struct {
	operation
	of     [2]measured
	failed error
}

// ratio is how much more processor time the city takes than the town. By the clock it would tell of the machine's other work.
func (c compared) ratio() float64 { return c.of[1].cost() / c.of[0].cost() }

// growth is that for the same size of answer.
func (c compared) growth() float64 { return c.ratio() / max(1, c.answer()) }

func (c compared) answer() float64 { return float64(c.of[1].bytes) / float64(max(1, c.of[0].bytes)) }

const (
	rounds = 3                      // of calls, before an operation is said to grow
	short  = 300 * time.Millisecond // what is quick is called more often
)

// compare calls an operation in both cities in turn, so that whatever else the machine does slows both, and keeps the
// quickest calls. What grows more than allowed is asked for again.
func compare(ctx context.Context, c config, both [2]*visitor, i int) (compared, error) {
	var m compared
	for round := range rounds {
		for at, v := range both {
			m.operation = v.all[i]
			if err := v.settle(ctx); err != nil {
				return m, err
			}
			if err := process.ForgetMost(v.server.pid); err != nil {
				return m, err
			}
			if round == 0 {
				if m.failed = m.of[at].call(ctx, v, i); m.failed != nil {
					return m, nil
				}
			}
		}
		if m.failed = m.round(ctx, c.times, both, i); m.failed != nil {
			return m, nil
		}
		for at, v := range both {
			_, peak, err := process.Memory(v.server.pid)
			if err != nil {
				return m, err
			}
			m.of[at].peak = max(m.of[at].peak, peak)
		}
		if m.all || m.growth() <= c.allowed {
			break
		}
	}
	return m, nil
}

// round calls the operation some times in each city, the one and the other first in turn.
func (m *compared) round(ctx context.Context, times int, both [2]*visitor, i int) error {
	if m.most > 0 {
		times = min(times, m.most)
	}
	began := time.Now()
	for n := 0; n < times || m.most == 0 && n < 8*times && time.Since(began) < 2*short; n++ {
		for side := range both {
			at := (side + n) % 2
			if err := m.of[at].call(ctx, both[at], i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *measured) call(ctx context.Context, v *visitor, i int) error {
	before, err := v.server.cost()
	if err != nil {
		return err
	}
	began := time.Now()
	bytes, err := v.all[i].call(ctx)
	if err != nil {
		return err
	}
	took := ms(time.Since(began))
	after, err := v.server.cost()
	if err != nil {
		return err
	}
	cost := ms(after - before)
	if m.calls > 0 {
		m.took = append(m.took, took)
	}
	switch m.calls++; m.calls {
	case 1:
		m.cold, m.least = took, took
	case 2:
		m.least, m.costs = took, nil
	}
	m.least, m.costs, m.bytes = min(m.least, took), append(m.costs, cost), bytes
	return nil
}

// cost is the lower quartile of what calls cost. Work of the server beside a call makes it dearer, and the system may count a part of
// it with the next call, so that the cheapest of all may be too cheap to be true.
func (m *measured) cost() float64 { return slices.Sorted(slices.Values(m.costs))[len(m.costs)/4] }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure goes through the operations in order; what is refused is said.
func measure(ctx context.Context, c config, both [2]*visitor, w io.Writer) ([]compared, error) {
	var all []compared
	for i, op := range both[0].all {
		if !c.asks(op.name) || c.fail && op.all {
			continue
		}
		m, err := compare(ctx, c, both, i)
		if err != nil {
			return nil, err
		}
		if m.failed != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", m.name, m.failed)
		} else {
			fmt.Fprintf(w, "%-24s %9.1f %9.1f %9.1f %9.1f %9.1f %9.1f %5d %7.2f %7.2f\n",
				m.name, m.of[0].least, m.of[1].least, m.of[0].cold, m.of[1].cold, m.of[0].cost(), m.of[1].cost(), m.of[1].peak, m.answer(), m.ratio())
		}
		all = append(all, m)
	}
	return all, nil
}
