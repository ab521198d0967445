package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/collections"
	"doorstep/internal/client"
	"doorstep/internal/demo"
)

// evening is how the rush arrives: so many tablets in so much time.
const (
	eveningTablets = 3000
	evening        = 15 * time.Minute
	again          = 50 // one push in so many is sent twice, as if its answer had been lost
	pulling        = 8  // tablets that take their first sync at the same time
)

// rushed is what a rush and the first syncs before it came to.
type rushed struct {
	tablets, visits int
	first           time.Duration // all first syncs
	records         int           // in them
	over            time.Duration // from the first tablet to the last answer
	push            []time.Duration
	busy            int64 // pushes that were told to come later
	lost, doubled   int
	peak            int // MB
}

// arrival is a tablet, and what it brings.
type arrival struct {
	*tablet
	body []byte
	ids  []string
}

// measureRush lets tablets take their first sync and then bring their visits, at the rate of an evening.
func measureRush(ctx context.Context, dir string, c config) (*rushed, error) {
	server, err := startChild(ctx, dir, c.tablets)
	if err != nil {
		return nil, err
	}
	stopped := sync.OnceFunc(server.stop)
	defer stopped()
	r := &rushed{tablets: c.tablets, visits: c.batch}
	all, err := arrivals(ctx, server, c)
	if err != nil {
		return nil, err
	}
	if err := server.forgetPeak(); err != nil {
		return nil, err
	}
	if err := r.firstSyncs(ctx, all); err != nil {
		return nil, fmt.Errorf("first syncs: %w", err)
	}
	if err := r.rush(ctx, all); err != nil {
		return nil, fmt.Errorf("rush: %w", err)
	}
	if r.peak, err = server.peak(); err != nil {
		return nil, err
	}
	stopped()
	return r, r.count(filepath.Join(server.dir, "data.db"), all)
}

// arrivals registers the tablets, several to a worker where there are more tablets than workers, and fills in their visits.
func arrivals(ctx context.Context, server *child, c config) ([]arrival, error) {
	city, err := demo.NewCity(1, scaleFor(c.tablets, time.Now()))
	if err != nil {
		return nil, err
	}
	all := make([]arrival, c.tablets)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	workers := min(len(server.workers), c.tablets)
	for w := range workers {
		g.Go(func() error {
			mine := (c.tablets-w-1)/workers + 1
			filler, err := newFiller(city, time.Now(), uint64(w))
			if err != nil {
				return err
			}
			visits, err := filler.visits(server.workers[w].Territory, mine*c.batch)
			if err != nil {
				return err
			}
			for k := range mine {
				a := &all[w+k*workers]
				if a.tablet, err = register(ctx, server.url, server.workers[w].Token); err != nil {
					return err
				}
				part := visits[k*c.batch : (k+1)*c.batch]
				bodies, err := a.bodies(part, c.batch)
				if err != nil {
					return err
				}
				a.body = bodies[0]
				for _, v := range part {
					a.ids = append(a.ids, v.id)
				}
			}
			return nil
		})
	}
	return all, g.Wait()
}

func register(ctx context.Context, url, token string) (*tablet, error) {
	t := &client.Tablet{Conn: client.Conn{URL: url, HTTP: http.DefaultClient, Token: token}}
	_, err := t.Register(ctx, client.Identity{Name: "bench"}, time.Now())
	return &tablet{conn: t.Conn}, err
}

func (r *rushed) firstSyncs(ctx context.Context, all []arrival) error {
	var records atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(pulling)
	for _, a := range all {
		g.Go(func() error {
			t := &client.Tablet{Conn: a.conn}
			err := t.Pull(ctx)
			for _, of := range t.Copy.Records {
				records.Add(int64(len(of)))
			}
			return err
		})
	}
	err := g.Wait()
	r.first, r.records = time.Since(began), int(records.Load())
	return err
}

// rush sends every tablet at a moment of its own, by chance.
func (r *rushed) rush(ctx context.Context, all []arrival) error {
	chance := rand.New(rand.NewPCG(1, 2))
	over := evening * time.Duration(len(all)) / eveningTablets
	at := make([]time.Duration, len(all))
	for i := range at {
		at[i] = time.Duration(chance.Int64N(int64(over)))
	}
	var mu sync.Mutex
	var busy atomic.Int64
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range all {
		g.Go(func() error {
			select {
			case <-time.After(at[i] - time.Since(began)):
			case <-ctx.Done():
				return ctx.Err()
			}
			took, err := a.insist(ctx, client.Stored, &busy)
			if err != nil {
				return err
			}
			mu.Lock()
			r.push = append(r.push, took)
			mu.Unlock()
			if i%again == 0 {
				_, err = a.insist(ctx, client.Unchanged, &busy)
			}
			return err
		})
	}
	err := g.Wait()
	slices.Sort(r.push)
	r.over, r.busy = time.Since(began), busy.Load()
	return err
}

// insist pushes until the server takes it; the time includes the waiting.
func (a *arrival) insist(ctx context.Context, want string, busy *atomic.Int64) (time.Duration, error) {
	began := time.Now()
	for {
		_, err := a.push(ctx, a.body, want)
		var told *status
		if !errors.As(err, &told) || told.code != http.StatusTooManyRequests {
			return time.Since(began), err
		}
		busy.Add(1)
		select {
		case <-time.After(told.wait):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// count compares what was brought with what the stopped server has.
func (r *rushed) count(path string, all []arrival) error {
	db, err := collections.Connect(path)
	if err != nil {
		return err
	}
	defer db.Close()
	times := map[string]int{}
	rows, err := db.DB().Query(`SELECT id FROM child_visits UNION ALL SELECT instance FROM submissions`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		times[id]++
	}
	for _, a := range all {
		for _, id := range a.ids {
			switch n := times[id]; {
			case n < 2: // the record, and the submission as it arrived
				r.lost++
			case n > 2:
				r.doubled++
			}
			delete(times, id)
		}
	}
	r.doubled += len(times) // what nobody brought
	return errors.Join(rows.Err(), r.countChildren(db.DB(), all))
}

// countChildren finds rows of children that a repetition left twice.
func (r *rushed) countChildren(db *sql.DB, all []arrival) error {
	var twice int
	if err := db.QueryRow(`SELECT COUNT(*) FROM (SELECT 1 FROM child_visit_children GROUP BY visit, position HAVING COUNT(*)>1)`).Scan(&twice); err != nil {
		return err
	}
	r.doubled += twice
	return nil
}

func (r *rushed) at(share float64) time.Duration { return r.push[int(share*float64(len(r.push)-1))] }

func (r *rushed) print(w io.Writer) {
	fmt.Fprintf(w, "%-52s %9.1f s, %d records\n", fmt.Sprintf("first syncs of %d tablets, %d at once", r.tablets, pulling), r.first.Seconds(), r.records)
	fmt.Fprintf(w, "rush: %d tablets with %d visits each in %.0f s: p50 %.0f ms, p95 %.0f ms, worst %.0f ms; told to come later %d times\n\n",
		r.tablets, r.visits, r.over.Seconds(), ms(r.at(0.5)), ms(r.at(0.95)), ms(r.at(1)), r.busy)
}

func (r *rushed) verdict(w io.Writer) {
	fmt.Fprintf(w, "rush lost %d doubled %d p95_ms %.0f rss_mb %d\n", r.lost, r.doubled, ms(r.at(0.95)), r.peak)
}
