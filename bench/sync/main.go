// Command sync measures in one run on one machine what a push of a batch of visits costs, beside what SQLite needs for
// the same rows and what stock PocketBase needs for the same records, and what pulls cost. Its last lines are for
// programs: "ratio push_to_limit 0.53" is the throughput of a push divided by that of the limit. With -sealing it measures
// the same pushes to a server that seals and to one that does not: "ratio sealed_to_plain 0.93" of the throughput is left.
// With -city it measures a first morning and a rush in a full city that bench/size keeps, in minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"doorstep/internal/client"
)

func main() {
	var c config
	flag.IntVar(&c.batch, "batch", 30, "visits in one push")
	flag.IntVar(&c.batches, "batches", 40, "pushes that are measured")
	flag.IntVar(&c.warm, "warm", 10, "pushes before those")
	flag.IntVar(&c.tablets, "tablets", 60,
		"tablets of the rush, at the rate of 3,000 in 15 minutes; more than 200 come to the full city; 0 for no rush")
	sealing := flag.Bool("sealing", false, "measure what sealing costs, and nothing else")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the pushes to this file, and measure nothing else")
	flag.BoolVar(&c.odk, "odk", false, "let the profile be of the ODK door")
	flag.StringVar(&c.kept, "city", "", "folder of a full demo city, kept from bench/size: first morning and rush there, and nothing else")
	flag.BoolVar(&c.tenth, "tenth", false, "the kept city is of the scale tenth, for a try of a minute")
	folder := flag.String("serve", "", "internal: run the server of the rush in this folder")
	flag.Parse()
	// Idle connections as a reverse proxy keeps them: a new one for each request would measure the loopback.
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = 64
	ctx := context.Background()
	work := func() error { return run(ctx, c, *profile) }
	if *sealing {
		work = func() error { return compareSealing(ctx, c) }
	}
	if *folder != "" {
		work = func() error { return serve(ctx, *folder, c) }
	}
	if err := work(); err != nil {
		log.Fatal(err)
	}
}

type config struct {
	batch, batches, warm, tablets int
	odk                           bool
	kept                          string
	tenth                         bool // of the kept city
}

// visits are as many as all measurements of one server need.
func (c config) visits() int { return (c.warm + 6*c.batches) * c.batch }

func run(ctx context.Context, c config, profile string) error {
	dir, err := os.MkdirTemp("", "doorstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if c.kept != "" {
		return comeIn(ctx, dir, c)
	}
	if profile != "" {
		return withServer(ctx, dir, c, func(s *server, visits []visit) error { return profilePushes(ctx, s, visits, c, profile) })
	}
	var m *measured
	err = withServer(ctx, dir, c, func(s *server, visits []visit) (err error) {
		m, err = measureDoors(ctx, s, visits, c, dir)
		return err
	})
	if err != nil {
		return err
	}
	m.print(os.Stdout, c)
	if c.tablets == 0 {
		m.verdict(os.Stdout, c)
		return nil
	}
	defer m.verdict(os.Stdout, c)
	return comeIn(ctx, filepath.Join(dir, "rush"), c)
}

// comeIn measures a first morning and an evening rush.
func comeIn(ctx context.Context, dir string, c config) error {
	r, err := measureRush(ctx, dir, c)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	r.verdict(os.Stdout)
	return nil
}

// measured is what one server did for visits that came one way or another.
type measured struct {
	push  *pushed
	pulls []pulled
	odk   time.Duration // one submission
}

func measureDoors(ctx context.Context, s *server, visits []visit, c config, dir string) (*measured, error) {
	byODK := c.batches * c.batch
	m := &measured{}
	var err error
	if m.push, err = measurePush(ctx, s, visits[byODK:], c, dir); err != nil {
		return nil, err
	}
	urls, err := s.odkURLs(ctx)
	if err != nil {
		return nil, err
	}
	if m.odk, err = measureODK(ctx, urls, visits[:byODK]); err != nil {
		return nil, fmt.Errorf("ODK door: %w", err)
	}
	m.pulls, err = measurePull(ctx, s)
	return m, err
}

func (m *measured) print(w io.Writer, c config) {
	m.push.print(w, c)
	fmt.Fprintf(w, "%-52s %9.2f ms a submission, %.0f a second\n", fmt.Sprintf("ODK door, a HEAD and a POST each, %d clients", odkClients),
		ms(m.odk), 1/m.odk.Seconds())
	for _, p := range m.pulls {
		fmt.Fprintf(w, "%-52s %9.1f ms\n", p.name, ms(p.took))
	}
}

// verdict is for programs: the throughput of each door divided by that of the limit, or of PocketBase.
func (m *measured) verdict(w io.Writer, c config) {
	limit := m.push.limit.Seconds()
	fmt.Fprintf(w, "ratio push_together_to_limit %.2f\nratio push_to_limit %.2f\nratio push_to_pocketbase_batch %.1f\nratio "+
		"openrosa_to_limit %.2f\n",
		limit/m.push.together.Seconds(), limit/m.push.push.Seconds(), m.push.stock.Seconds()/m.push.push.Seconds(),
		limit/float64(c.batch)/m.odk.Seconds())
	fmt.Fprintf(w, "ratio push_to_all_stored %.2f\n", m.push.whole.Seconds()/m.push.push.Seconds())
	push := m.push.push.Seconds() // the children of the visits are known, mostly: the look for somebody new is not in it
	fmt.Fprintf(w, "ratio identity_to_none %.2f\nratio coverage_to_none %.2f\n",
		push/(push+m.push.looks.Seconds()), (push-limit+m.push.uncounted.Seconds())/push)
}

func withServer(ctx context.Context, dir string, c config, do func(*server, []visit) error) error {
	s, err := startServer(ctx, dir, "", townScale(time.Now()))
	if err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	defer s.close()
	f, err := newFiller(s.city, s.now, 1)
	if err != nil {
		return err
	}
	f.xml = true
	visits, err := f.visits(s.wide, c.visits())
	if err != nil {
		return fmt.Errorf("fill in visits: %w", err)
	}
	return do(s, visits)
}

// profilePushes profiles pushes of tablets that wait for each other, so that nothing but the server and net/http is in
// it, or submissions through the ODK door.
func profilePushes(ctx context.Context, s *server, visits []visit, c config, path string) error {
	if c.odk {
		urls, err := s.odkURLs(ctx)
		if err != nil {
			return err
		}
		return profiled(path, len(visits), func() error {
			_, err := measureODK(ctx, urls, visits)
			return err
		})
	}
	tablet, err := s.tablet(ctx, "P", s.wide)
	if err != nil {
		return err
	}
	bodies, err := tablet.bodies(visits, c.batch)
	if err != nil {
		return err
	}
	for _, b := range bodies[:c.warm] {
		if _, err := tablet.push(ctx, b, client.Stored); err != nil {
			return err
		}
	}
	return profiled(path, (len(bodies)-c.warm)*c.batch, func() error {
		for _, b := range bodies[c.warm:] {
			if _, err := tablet.push(ctx, b, client.Stored); err != nil {
				return err
			}
		}
		return nil
	})
}

// profiled writes a profile of some work, and tells the processor time of one of n, the client's part included.
func profiled(path string, n int, work func() error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	began, before := time.Now(), busy()
	err = work()
	used, took := busy()-before, time.Since(began)
	pprof.StopCPUProfile()
	fmt.Printf("%d visits: %.2f ms of processor time each, %.2f ms by the clock\n", n, ms(used)/float64(n), ms(took)/float64(n))
	return errors.Join(err, f.Close())
}

// busy is the processor time that this process has used.
func busy() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
