// Command size measures what each operation costs in a town and in a city, with the real program: whoever has a street, or
// a worker's grids, has the same part of either, so that what answers a part must cost the same. Cities are made in a cache
// folder the first time and used again; each run leaves some visits and news in them. The last lines are for programs:
// "ratio full_to_small_pull_page 1.05" is the median in the city divided by that in the town.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
)

type config struct {
	cache, server, small, large string
	times                       int
	history                     bool
}

func main() {
	var c config
	flag.StringVar(&c.cache, "cache", filepath.Join(os.TempDir(), "doorstep-cities"), "folder in which cities are kept between runs")
	flag.StringVar(&c.server, "server", "", "the program to measure; built from here when not given")
	flag.StringVar(&c.small, "small", "town", "scale of the town")
	flag.StringVar(&c.large, "large", "full", "scale of the city: full, or tenth for a run of minutes")
	flag.IntVar(&c.times, "times", 7, "calls of each operation, after a first one")
	flag.BoolVar(&c.history, "history", false, "cities with three months of visits, 300,000 in the full one; takes long to make")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, c config, w io.Writer) error {
	if c.server == "" {
		dir, err := os.MkdirTemp("", "doorstep-size-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if c.server, err = build(ctx, dir); err != nil {
			return err
		}
	}
	var of [2][]measured
	for i, scale := range []string{c.small, c.large} {
		var err error
		if of[i], err = measureCity(ctx, c, scale); err != nil {
			return fmt.Errorf("%s: %w", scale, err)
		}
	}
	print(w, c, of[0], of[1])
	return nil
}

// print writes what the operations took in the town and in the city, in the same order.
func print(w io.Writer, c config, small, large []measured) {
	fmt.Fprintf(w, "%-28s %10s %10s %10s %10s %8s %8s\n", "ms", c.small, c.large, "cold", "cold", "MB", "answer")
	for i, m := range large {
		s := small[i]
		fmt.Fprintf(w, "%-28s %10.1f %10.1f %10.1f %10.1f %8d %8s\n", m.name, s.median(), m.median(), s.cold, m.cold, m.peak, m.answer(s))
	}
	for i, m := range large {
		if m.failed == nil && small[i].failed == nil {
			fmt.Fprintf(w, "ratio full_to_small_%s %.2f\n", m.name, m.median()/small[i].median())
		}
	}
	var peak int
	for _, m := range large {
		peak = max(peak, m.peak)
	}
	fmt.Fprintf(w, "peak_rss_mb %d\n", peak)
}
