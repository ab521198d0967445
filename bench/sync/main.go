// Command sync measures in one run on one machine what a push of a batch of visits costs, beside what SQLite needs for
// the same rows and what stock PocketBase needs for the same records, and what pulls cost. Its last lines are for
// programs: "ratio push_to_limit 0.53" is the throughput of a push divided by that of the limit.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime/pprof"
	"time"
)

func main() {
	var c config
	flag.IntVar(&c.batch, "batch", 30, "visits in one push")
	flag.IntVar(&c.batches, "batches", 40, "pushes that are measured")
	flag.IntVar(&c.warm, "warm", 10, "pushes before those")
	profile := flag.String("cpuprofile", "", "write a CPU profile of the pushes to this file, and measure nothing else")
	flag.Parse()
	if err := run(context.Background(), c, *profile); err != nil {
		log.Fatal(err)
	}
}

type config struct{ batch, batches, warm int }

func run(ctx context.Context, c config, profile string) error {
	dir, err := os.MkdirTemp("", "doorstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := startServer(ctx, dir)
	if err != nil {
		return fmt.Errorf("start server: %w", err)
	}
	defer s.close()
	visits, err := s.visits((c.warm + 5*c.batches) * c.batch)
	if err != nil {
		return fmt.Errorf("fill in visits: %w", err)
	}
	if profile != "" {
		return profilePushes(ctx, s, visits, c, profile)
	}
	t, err := measurePush(ctx, s, visits, c, dir)
	if err != nil {
		return err
	}
	pulls, err := measurePull(ctx, s)
	if err != nil {
		return err
	}
	t.print(os.Stdout, c)
	for _, p := range pulls {
		fmt.Printf("%-52s %9.1f ms\n", p.name, ms(p.took))
	}
	fmt.Printf("\nratio push_to_limit %.2f\nratio push_to_pocketbase_batch %.1f\n", t.limit.Seconds()/t.push.Seconds(), t.stock.Seconds()/t.push.Seconds())
	return nil
}

// profilePushes profiles pushes of tablets that wait for each other, so that nothing but the server and net/http is in it.
func profilePushes(ctx context.Context, s *server, visits []visit, c config, path string) error {
	tablet, err := s.tablet(ctx, "P", s.wide)
	if err != nil {
		return err
	}
	bodies, err := tablet.bodies(visits, c.batch)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for i, b := range bodies {
		if i == c.warm {
			if err := pprof.StartCPUProfile(f); err != nil {
				return err
			}
		}
		if _, err := tablet.push(ctx, b); err != nil {
			return err
		}
	}
	pprof.StopCPUProfile()
	return f.Close()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
