package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"doorstep/internal/client"
)

// firstSyncs lets every tablet take its first sync, each at a moment of its own.
func (r *rushed) firstSyncs(ctx context.Context, all []arrival) (err error) {
	var records, refused atomic.Int64
	pages := &timed{next: http.DefaultTransport}
	r.first, err = atChance(ctx, all, morning, func(ctx context.Context, _ int, a arrival) error {
		t := &client.Tablet{Conn: a.conn}
		t.Conn.HTTP = &http.Client{Transport: pages}
		err := t.Pull(ctx)
		for ; isBusy(err); err = t.Pull(ctx) { // it goes on where it was told to come later
			refused.Add(1)
		}
		for _, of := range t.Copy.Records {
			records.Add(int64(len(of)))
		}
		return err
	})
	r.records, r.pages, r.later = int(records.Load()), pages.took, refused.Load()
	slices.Sort(r.pages)
	return err
}

func isBusy(err error) bool {
	var told *client.Refusal
	return errors.As(err, &told) && told.Status == http.StatusTooManyRequests
}

// atChance lets every tablet do something at a moment of its own, by chance, at the rate of the whole force in some time. It
// returns how long it took.
func atChance(ctx context.Context, all []arrival, whole time.Duration,
	do func(context.Context, int, arrival) error) (time.Duration, error) {
	chance := rand.New(rand.NewPCG(1, 2))
	over := whole * time.Duration(len(all)) / force
	began := time.Now()
	g, ctx := errgroup.WithContext(ctx)
	for i, a := range all {
		at := time.Duration(chance.Int64N(int64(over)))
		g.Go(func() error {
			select {
			case <-time.After(at - time.Since(began)):
				return do(ctx, i, a)
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}
	err := g.Wait()
	return time.Since(began), err
}

// timed notes how long each request took, until its answer was read.
type timed struct {
	next http.RoundTripper
	mu   sync.Mutex
	took []time.Duration
}

func (t *timed) RoundTrip(req *http.Request) (*http.Response, error) {
	began := time.Now()
	res, err := t.next.RoundTrip(req)
	if err == nil {
		res.Body = &timedBody{res.Body, sync.OnceFunc(func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.took = append(t.took, time.Since(began))
		})}
	}
	return res, err
}

type timedBody struct {
	io.ReadCloser
	ended func()
}

func (b *timedBody) Close() error {
	b.ended()
	return b.ReadCloser.Close()
}
