// Command size measures what each operation costs in a town and in a city, with the real program: whoever has a street, or
// a worker's grids, has the same part of either, so that what answers a part must cost the same. Both are asked in turn, and
// the cheapest of several calls counts, by the processor time of the server, of this program and of those that it starts: what
// else the machine does matters little then. Cities are made in a cache folder the first time and used again; each run leaves
// some visits and news in them. The last lines are for programs: "ratio full_to_small_pull_page 1.05" is the processor time in
// the city divided by that in the town.
//
// With -fail it asks for what answers a part alone, and fails when the city takes more than -allowed times what the
// town takes for an answer of the same size, or when something is refused.
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
	"regexp"
)

type config struct {
	cache, server, small, large string
	times                       int
	history, fail               bool
	toMake                      string // make this city and measure nothing
	allowed                     float64
	only                        *regexp.Regexp
}

// asks reports whether an operation is to be measured.
func (c config) asks(name string) bool { return c.only == nil || c.only.MatchString(name) }

func main() {
	var c config
	flag.StringVar(&c.cache, "cache", filepath.Join(os.TempDir(), "doorstep-cities"),
		"folder in which cities are kept between runs; none when empty")
	flag.StringVar(&c.server, "server", "", "the program to measure; built from here when not given")
	flag.StringVar(&c.small, "small", "town", "scale of the town")
	flag.StringVar(&c.large, "large", "full", "scale of the city: full, or tenth for a run of minutes")
	flag.IntVar(&c.times, "times", 7, "calls of each operation, after a first one")
	flag.BoolVar(&c.history, "history", false, "cities with three months of visits, 300,000 in the full one; takes long to make")
	flag.BoolVar(&c.fail, "fail", false, "fail when what answers a part grows with the city")
	flag.Float64Var(&c.allowed, "allowed", 1.3, "ratio from which an operation grows")
	flag.StringVar(&c.toMake, "make", "", "make the city of this scale, print its folder, and measure nothing")
	flag.Func("only", "regular expression of the operations to ask for", func(s string) (err error) {
		c.only, err = regexp.Compile(s)
		return err
	})
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, c, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, c config, w io.Writer) error {
	dir, err := os.MkdirTemp("", "doorstep-size-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if c.server == "" {
		if c.server, err = build(ctx, dir); err != nil {
			return err
		}
	}
	if c.cache == "" {
		c.cache = dir
	}
	if c.toMake != "" {
		folder, err := makeCity(ctx, c, c.toMake)
		if err == nil {
			_, err = fmt.Fprintln(w, folder)
		}
		return err
	}
	var both [2]*visitor
	for i, scale := range []string{c.small, c.large} {
		if both[i], err = prepare(ctx, c, scale); err != nil {
			return fmt.Errorf("%s: %w", scale, err)
		}
		defer both[i].leave()
	}
	fmt.Fprintf(w, "%-24s %9s %9s %9s %9s %9s %9s %5s %7s %7s\n", "ms", c.small, c.large, "cold", "cold", "cpu", "cpu", "MB", "answer",
		"ratio")
	all, err := measure(ctx, c, both, w)
	if err != nil {
		return err
	}
	if !c.fail && c.asks("export_to_csv") {
		ratio, rows, err := both[1].exportToPlain(ctx, dir)
		if err != nil {
			return fmt.Errorf("export as CSV alone: %w", err)
		}
		fmt.Fprintf(w, "export of %d rows\nratio export_to_csv %.2f\n", rows, ratio)
	}
	return verdict(w, c, all)
}

// verdict writes the lines for programs.
func verdict(w io.Writer, c config, all []compared) error {
	var grown []string
	var peak int
	for _, m := range all {
		if m.failed == nil {
			fmt.Fprintf(w, "ratio full_to_small_%s %.2f\np95_ms full_%s %.1f\n", m.name, m.ratio(), m.name, m.of[1].p95())
			peak = max(peak, m.of[1].peak)
		}
		if m.failed != nil || !m.all && m.growth() > c.allowed {
			grown = append(grown, m.name)
		}
	}
	fmt.Fprintf(w, "peak_rss_mb %d\n", peak)
	if c.fail && len(grown) > 0 {
		return fmt.Errorf("refused, or more than %.2f times in %s what it takes in %s: %v", c.allowed, c.large, c.small, grown)
	}
	return nil
}
