package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/bench/process"
	"doorstep/collections"
	"doorstep/internal/client"
)

// How tablets come in the first morning, and in the evening: so many in so much time.
const (
	force   = 3000
	morning = 5 * time.Minute
	evening = 15 * time.Minute
	again   = 50 // one push in so many is sent twice, as if its answer had been lost
)

// rushed is what a rush and the first syncs before it came to.
type rushed struct {
	tablets, visits int
	first           time.Duration // all first syncs
	records         int           // in them
	pages           []time.Duration
	later           int64         // pages that were told to come later; their time counts
	morningPeak     int           // MB
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
	server, err := startChild(ctx, dir, c)
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
	if err := process.ForgetMost(server.pid); err != nil {
		return nil, err
	}
	if err := within(ctx, morning, c.tablets, func(ctx context.Context) error { return r.firstSyncs(ctx, all) }); err != nil {
		return nil, fmt.Errorf("first syncs: %w", err)
	}
	if _, r.morningPeak, err = process.Memory(server.pid); err != nil {
		return nil, err
	}
	if err := process.ForgetMost(server.pid); err != nil {
		return nil, err
	}
	if err := within(ctx, evening, c.tablets, func(ctx context.Context) error { return r.rush(ctx, all) }); err != nil {
		return nil, fmt.Errorf("rush: %w", err)
	}
	if _, r.peak, err = process.Memory(server.pid); err != nil {
		return nil, err
	}
	stopped()
	return r, r.count(filepath.Join(server.dir, "data.db"), all, c.kept != "")
}

// within ends what takes three times as long as it should, and two minutes.
func within(ctx context.Context, whole time.Duration, tablets int, do func(context.Context) error) error {
	limit := 3*whole*time.Duration(tablets)/force + 2*time.Minute
	ctx, stop := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not done after %s", limit))
	defer stop()
	if err := do(ctx); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	return nil
}

// arrivals registers the tablets, several to a worker where there are more tablets than workers, and fills in their visits.
func arrivals(ctx context.Context, server *child, c config) ([]arrival, error) {
	city, err := cityFor(c)
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

// rush lets every tablet bring its visits.
func (r *rushed) rush(ctx context.Context, all []arrival) (err error) {
	var mu sync.Mutex
	var busy atomic.Int64
	r.over, err = atChance(ctx, all, evening, func(ctx context.Context, i int, a arrival) error {
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
	slices.Sort(r.push)
	r.busy = busy.Load()
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

// count compares what was brought with what the stopped server has. In a kept city there was something before.
func (r *rushed) count(path string, all []arrival, kept bool) error {
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
	if !kept {
		r.doubled += len(times) // what nobody brought
	}
	return errors.Join(rows.Err(), r.countChildren(db.DB(), all))
}

// countChildren finds rows of children that a repetition left twice.
func (r *rushed) countChildren(db *sql.DB, all []arrival) error {
	var twice int
	if err := db.QueryRow(`SELECT COUNT(*) FROM (SELECT 1 FROM child_visit_children
		GROUP BY visit, position HAVING COUNT(*)>1)`).Scan(&twice); err != nil {
		return err
	}
	r.doubled += twice
	return nil
}

func at(share float64, sorted []time.Duration) float64 {
	return ms(sorted[int(share*float64(len(sorted)-1))])
}

func (r *rushed) print(w io.Writer) {
	fmt.Fprintf(w, "first morning: %d tablets took %d records in %d pages in %.0f s: "+
		"p50 %.0f ms, p95 %.0f ms, worst %.0f ms a page; told to come later %d times\n",
		r.tablets, r.records, len(r.pages), r.first.Seconds(), at(0.5, r.pages), at(0.95, r.pages), at(1, r.pages), r.later)
	fmt.Fprintf(w, "rush: %d tablets with %d visits each in %.0f s: p50 %.0f ms, p95 %.0f ms, worst %.0f ms; told to come later %d times\n\n",
		r.tablets, r.visits, r.over.Seconds(), at(0.5, r.push), at(0.95, r.push), at(1, r.push), r.busy)
}

func (r *rushed) verdict(w io.Writer) {
	fmt.Fprintf(w, "first_morning tablets %d minutes %.1f p95_ms %.0f rss_mb %d\n", r.tablets, r.first.Minutes(), at(0.95, r.pages),
		r.morningPeak)
	fmt.Fprintf(w, "rush tablets %d lost %d doubled %d p95_ms %.0f rss_mb %d\n", r.tablets, r.lost, r.doubled, at(0.95, r.push), r.peak)
}
