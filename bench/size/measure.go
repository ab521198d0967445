package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"
)

// operation is something that somebody asks for. call returns the size of the answer, in bytes.
type operation struct {
	name string
	call func(context.Context) (int, error)
	once bool // it changes something, or takes long
}

// measured is what an operation took, in milliseconds.
type measured struct {
	name   string
	cold   float64 // the first call
	took   []float64
	bytes  int
	peak   int // MB of the server's memory at most
	failed error
}

func (m measured) median() float64 {
	if len(m.took) == 0 {
		return m.cold
	}
	sorted := slices.Sorted(slices.Values(m.took))
	return sorted[len(sorted)/2]
}

// answer tells how much larger the answer in the city is than that in the town, or that there is none.
func (m measured) answer(small measured) string {
	if m.failed != nil || small.failed != nil {
		return "refused"
	}
	return fmt.Sprintf("×%.2f", float64(m.bytes)/float64(max(1, small.bytes)))
}

// measureCity starts the program in a city and goes through the operations in order.
func measureCity(ctx context.Context, c config, scale string) ([]measured, error) {
	dir, err := makeCity(ctx, c, scale)
	if err != nil {
		return nil, err
	}
	v, err := prepare(ctx, c, dir, scale)
	if err != nil {
		return nil, err
	}
	defer v.server.stop()
	var all []measured
	for _, op := range v.operations() {
		m, err := v.measure(ctx, op, c.times)
		if err != nil {
			return nil, err
		}
		if m.failed != nil {
			fmt.Fprintf(os.Stderr, "%s %s: %v\n", scale, m.name, m.failed)
		}
		fmt.Fprintf(os.Stderr, "%s %s %.1f ms\n", scale, m.name, m.median())
		all = append(all, m)
	}
	return all, nil
}

func (v *visitor) measure(ctx context.Context, op operation, times int) (measured, error) {
	m := measured{name: op.name}
	if err := v.server.forgetPeak(); err != nil {
		return m, err
	}
	if op.once {
		times = 0
	}
	for i := range times + 1 {
		began := time.Now()
		bytes, err := op.call(ctx)
		took := float64(time.Since(began).Microseconds()) / 1000
		if m.failed = err; err != nil {
			break
		}
		m.bytes = bytes
		if i == 0 {
			m.cold = took
		} else {
			m.took = append(m.took, took)
		}
	}
	var err error
	m.peak, err = v.server.peak()
	return m, err
}
