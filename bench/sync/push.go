package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/collections"
	"doorstep/internal/client"
)

// pushed are medians over the batches, except together: tablets that push at the same time, per batch.
type pushed struct {
	limit, push, stock, stockMain time.Duration
	uncounted, looks              time.Duration // the limit without the counts of coverage; looking for everybody as if they were new
	together                      time.Duration
	tablets                       int
	rows                          float64       // of one visit
	whole                         time.Duration // the limit of all that a push has to store
	bytes, wholeRows, wholeBytes  float64       // of one visit
}

// measurePush takes the doors in turn, batch after batch, so that whatever else the machine does meets all of them.
func measurePush(ctx context.Context, s *server, visits []visit, c config, dir string) (*pushed, error) {
	bare, err := startStock(dir, s.app)
	if err != nil {
		return nil, fmt.Errorf("start stock PocketBase: %w", err)
	}
	defer bare.http.Close()
	bareMain, err := startStock(filepath.Join(dir, "main"), s.app)
	if err != nil {
		return nil, fmt.Errorf("start stock PocketBase: %w", err)
	}
	defer bareMain.http.Close()
	floor, err := s.copyTo(filepath.Join(dir, "limit"))
	if err != nil {
		return nil, err
	}
	defer floor.db.Close()
	bareFloor, err := s.copyTo(filepath.Join(dir, "uncounted"))
	if err != nil {
		return nil, err
	}
	defer bareFloor.db.Close()
	if err := bareFloor.uncounted(); err != nil {
		return nil, err
	}
	wholeFloor, err := s.copyTo(filepath.Join(dir, "whole"))
	if err != nil {
		return nil, err
	}
	defer wholeFloor.db.Close()
	one, err := s.tablet(ctx, "0", s.wide)
	if err != nil {
		return nil, err
	}
	serial := (c.warm + c.batches) * c.batch
	bodies, err := one.bodies(visits[:serial], c.batch)
	if err != nil {
		return nil, err
	}
	var took [7][]time.Duration
	count, bytes, wholeCount, wholeBytes := 0, 0, 0, 0
	for i, body := range bodies {
		before, err := s.marks()
		if err != nil {
			return nil, err
		}
		var d [7]time.Duration
		if d[1], err = one.push(ctx, body, client.Stored); err != nil {
			return nil, err
		}
		left, err := s.since(before, written...)
		if err != nil {
			return nil, err
		}
		if d[0], err = floor.insert(ctx, left); err != nil {
			return nil, err
		}
		if d[2], err = bare.batch(ctx, s.app, left, "child_visits", "child_visit_children"); err != nil {
			return nil, err
		}
		if d[3], err = bareMain.batch(ctx, s.app, left, "child_visits"); err != nil {
			return nil, err
		}
		if d[4], err = bareFloor.insert(ctx, left); err != nil {
			return nil, err
		}
		if d[5], err = s.lookFor(ctx, left); err != nil {
			return nil, err
		}
		beside, err := s.since(before, collections.Needs)
		if err != nil {
			return nil, err
		}
		changed, err := wholeFloor.changes(s, left)
		if err != nil {
			return nil, err
		}
		whole := slices.Concat(left, beside)
		if d[6], err = wholeFloor.insert(ctx, whole, changed...); err != nil {
			return nil, err
		}
		for _, r := range left {
			count += len(r.values)
		}
		for _, r := range whole {
			wholeCount += len(r.values)
		}
		wholeCount += len(changed)
		bytes, wholeBytes = bytes+weight(left, nil), wholeBytes+weight(whole, changed)
		for k := range took {
			if i >= c.warm {
				took[k] = append(took[k], d[k])
			}
		}
	}
	p := &pushed{limit: median(took[0]), push: median(took[1]), stock: median(took[2]), stockMain: median(took[3]),
		uncounted: median(took[4]), looks: median(took[5]), tablets: 8, whole: median(took[6])}
	each := func(n int) float64 { return float64(n) / float64(serial) }
	p.rows, p.bytes, p.wholeRows, p.wholeBytes = each(count), each(bytes), each(wholeCount), each(wholeBytes)
	p.together, err = together(ctx, s, visits[serial:], c, p.tablets)
	return p, err
}

// together lets tablets push at the same time, and tells how long the server took for a batch.
func together(ctx context.Context, s *server, visits []visit, c config, tablets int) (time.Duration, error) {
	var work [][][]byte
	var each []*tablet
	share := len(visits) / tablets / c.batch * c.batch
	n := 0
	for i := range tablets {
		t, err := s.tablet(ctx, strconv.Itoa(i+1), s.wide)
		if err != nil {
			return 0, err
		}
		bodies, err := t.bodies(visits[i*share:(i+1)*share], c.batch)
		if err != nil {
			return 0, err
		}
		each, work, n = append(each, t), append(work, bodies), n+len(bodies)
	}
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i, t := range each {
		g.Go(func() error {
			for _, body := range work[i] {
				if _, err := t.push(ctx, body, client.Stored); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := g.Wait()
	return time.Since(began) / time.Duration(max(n, 1)), err
}

func median(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[len(d)/2]
}

func (p *pushed) print(w io.Writer, c config) {
	fmt.Fprintf(w, "%d visits a batch, median of %d batches; a visit adds %.1f rows, %.0f bytes, to the tables of the limit,\n"+
		"and has to store %.1f rows, %.0f bytes\n\n", c.batch, c.batches, p.rows, p.bytes, p.wholeRows, p.wholeBytes)
	fmt.Fprintf(w, "%-52s %12s %12s %9s\n", "", "ms a batch", "visits/s", "to (a)")
	for _, l := range []struct {
		name string
		took time.Duration
	}{
		{"(a) the same rows, prepared, synchronous=FULL", p.limit},
		{"    all that has to be stored, prepared", p.whole},
		{"(b) PocketBase batch API, visits and children", p.stock},
		{"    PocketBase batch API, visits alone", p.stockMain},
		{"(c) push over HTTP, everything on", p.push},
		{fmt.Sprintf("    the same from %d tablets at once", p.tablets), p.together},
	} {
		fmt.Fprintf(w, "%-52s %9.1f ms %12.0f %9.2f\n", l.name, ms(l.took), float64(c.batch)/l.took.Seconds(), p.limit.Seconds()/l.took.Seconds())
	}
	fmt.Fprintln(w)
}
