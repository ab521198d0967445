// Areas measures, in a city of 20,000 grids with a million visits: coverage at every level, as it is and under the grids of the day
// before, and the job that gives each record its area after all grids have changed their codes.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/paulmach/orb"
	"github.com/pocketbase/pocketbase/core"

	"doorstep/collections"
	"doorstep/collections/territory"
	"doorstep/hooks"
	"doorstep/internal/coverage"
	"doorstep/internal/grid"
	"doorstep/internal/reassign"
	"doorstep/internal/seal"
	_ "doorstep/pb_migrations" // the schema
)

const west, south, side = 113.7, 22.4, 0.003

func main() {
	visits := flag.Int("visits", 1_000_000, "visits, two to a household")
	n := flag.Int("side", 142, "grids along each side of the city")
	flag.Parse()
	if err := measure(context.Background(), *visits, *n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(ctx context.Context, visits, n int) error {
	dir, err := os.MkdirTemp("", "bench-areas-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	app := core.NewBaseApp(core.BaseAppConfig{DataDir: filepath.Join(dir, "city"), DBConnect: collections.Connect})
	if err := cmp.Or(app.Bootstrap(), app.RunAllMigrations()); err != nil {
		return err
	}
	d := hooks.New(time.Now)
	d.Keys = seal.PlainSource
	d.Bind(app)
	codes := codesOf(n)
	begun := time.Now()
	if err := cmp.Or(d.Start(app), made(ctx, app, codes, n), d.Areas.Load(app), fill(ctx, app, d, codes, visits)); err != nil {
		return err
	}
	fmt.Printf("city of %d grids and %d visits made in %v\n", n*n, visits, time.Since(begun).Round(time.Second))
	if err := tellCoverage(app, "coverage", func(level string) ([]coverage.Area, error) {
		return coverage.Report(collections.Read(app), d.Areas.Index(), territory.Everywhere, level)
	}); err != nil {
		return err
	}
	yesterday := collections.Stamp(time.Now())
	if err := reassigned(ctx, app, d, codes, n); err != nil {
		return err
	}
	past := coverage.Past{At: yesterday, Tables: d.Library.Tables(), Interviews: d.Library.Interviews()}
	begun = time.Now()
	before, err := coverage.ReportAt(collections.Read(app), territory.Of([]string{codes[0][:12]}), string(grid.Grid), past)
	if err != nil {
		return err
	}
	took, visited := time.Since(begun), int64(0)
	for _, a := range before {
		visited += a.Visited
	}
	fmt.Printf("coverage of a community under the grids of before, all of which changed: %d areas, %d households visited, %v\n", len(before),
		visited,
		took.Round(time.Millisecond))
	return tellCoverage(app, "coverage afterwards", func(level string) ([]coverage.Area, error) {
		return coverage.Report(collections.Read(app), d.Areas.Index(), territory.Everywhere, level)
	})
}

// codesOf names the grids, some 25 to a community and ten of those to a street.
func codesOf(n int) (codes []string) {
	for i := range n * n {
		codes = append(codes, fmt.Sprintf("4403%02d%03d%03d%03d", i/2500+1, i/250%10+1, i/25%10+1, i%25+1))
	}
	return codes
}

// sideOf is how many grids lie along a side of the city.
func sideOf(codes []string) int { return int(math.Sqrt(float64(len(codes)))) }

func outline(i, n int) orb.MultiPolygon {
	x, y := west+float64(i%n)*side, south+float64(i/n)*side
	return orb.MultiPolygon{{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}}
}

func made(ctx context.Context, app core.App, codes []string, n int) error {
	of, err := grid.NewCodes(grid.DefaultSuffix)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	var areas []grid.Area
	for i, code := range codes {
		for above, level := range map[int]grid.Level{4: grid.City, 6: grid.District, 9: grid.Street, 12: grid.Community} {
			if c := code[:above]; !known[c] {
				known[c] = true
				areas = append(areas, grid.Area{Code: c, Name: c, Level: level})
			}
		}
		areas = append(areas, grid.Area{Code: code, Name: code, Level: grid.Grid, ExpectedHouseholds: 60, Boundary: outline(i, n)})
	}
	_, err = of.Save(ctx, app, areas, "bench", time.Now())
	return err
}

// fill writes households and their visits as intake leaves them, two visits to a household, and counts them when all are there.
func fill(ctx context.Context, app core.App, d *hooks.Doorstep, codes []string, visits int) error {
	triggers := []string{"child_visits_coverage_insert", "child_visits_coverage_update", "child_visits_coverage_delete"}
	made := make([]string, len(triggers))
	err := collections.Write(ctx, app, func(db collections.DB) error {
		for i, name := range triggers {
			if _, err := collections.One(db, `SELECT sql FROM sqlite_master WHERE type='trigger' AND name=?`, []any{name}, &made[i]); err != nil {
				return err
			}
			if _, err := db.Exec(`DROP TRIGGER ` + name); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = rows(ctx, app, d, codes, visits)
	}
	if err != nil {
		return err
	}
	begun := time.Now()
	err = collections.Write(ctx, app, func(db collections.DB) error {
		for _, text := range made {
			if _, err := db.Exec(text); err != nil {
				return err
			}
		}
		return collections.Recount(db, d.Library.Interviews(), d.Library.Tables())
	})
	fmt.Printf("counted anew in %v\n", time.Since(begun).Round(time.Millisecond))
	return err
}

func rows(ctx context.Context, app core.App, d *hooks.Doorstep, codes []string, visits int) error {
	n := sideOf(codes)
	r := rand.New(rand.NewPCG(1, 2))
	version := d.Library.Current()["child_visit"].Version
	at := collections.Stamp(time.Now())
	for first := 0; first < visits; first += 10_000 {
		err := collections.Write(ctx, app, func(db collections.DB) error {
			for i := first; i < min(first+10_000, visits); i += 2 {
				in := r.IntN(len(codes))
				within := func(cell int, from float64) float64 { return from + (float64(cell)+0.1+0.8*r.Float64())*side }
				location := fmt.Sprintf(`{"lon":%.6f,"lat":%.6f}`, within(in%n, west), within(in/n, south))
				home := fmt.Sprintf("home-%08d", i)
				if err := record(db, "households", [3]string{home, location, codes[in]}, `source`, "visit-"+home[5:], `created`, at); err != nil {
					return err
				}
				for j := range 2 {
					id := fmt.Sprintf("visit-%08d", i+j)
					if err := record(db, "child_visits", [3]string{id, location, codes[in]}, `form`, "child_visit", `form_version`, version,
						`household`, home,
						`worker`, fmt.Sprintf("w%04d", in%3000), `outcome`, []string{"1.1", "2.24"}[r.IntN(2)], `review_state`, "received", `issues`, "[]",
						`received_at`, at, `created`, at); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func record(db collections.DB, table string, at [3]string, more ...string) error {
	id, location, area := at[0], at[1], at[2]
	row := collections.Row{{Column: "id", Value: id}, {Column: "location", Value: location}, {Column: "area", Value: area},
		{Column: "area_method", Value: "gps"}, {Column: "area_confidence", Value: 1}, {Column: "accuracy_m", Value: 5}, {Column: "rev", Value: 1}}
	for i := 0; i < len(more); i += 2 {
		row = append(row, collections.Field{Column: more[i], Value: more[i+1]})
	}
	return collections.Insert(db, table, row)
}

// tellCoverage measures the answer to one request: the report and its JSON. On a full machine its time of the processor tells more.
func tellCoverage(app core.App, what string, report func(level string) ([]coverage.Area, error)) error {
	for _, level := range []grid.Level{grid.City, grid.District, grid.Street, grid.Community, grid.Grid} {
		var took []time.Duration
		areas, used := 0, spent()
		for range times {
			begun := time.Now()
			all, err := report(string(level))
			if err != nil {
				return err
			}
			if err := json.NewEncoder(io.Discard).Encode(map[string]any{"items": all}); err != nil {
				return err
			}
			took, areas = append(took, time.Since(begun)), len(all)
		}
		cpu := (spent() - used) / times
		slices.Sort(took)
		fmt.Printf("%s by %s: %d areas, median %v, least %v, %v of processor\n", what, level, areas,
			took[len(took)/2].Round(100*time.Microsecond), took[0].Round(100*time.Microsecond), cpu.Round(100*time.Microsecond))
	}
	return nil
}

// times is the number of calls of each request.
const times = 25

// reassigned gives each grid the code of the next one of its community, and lets the job run to its end.
func reassigned(ctx context.Context, app core.App, d *hooks.Doorstep, codes []string, n int) error {
	of, err := grid.NewCodes(grid.DefaultSuffix)
	if err != nil {
		return err
	}
	var areas []grid.Area
	for i := range codes {
		next := i/25*25 + (i+1)%25
		if i%25 == 24 || next >= len(codes) {
			next = i / 25 * 25
		}
		areas = append(areas, grid.Area{Code: codes[next], Name: codes[next], Level: grid.Grid, ExpectedHouseholds: 60, Boundary: outline(i, n)})
	}
	now := time.Now()
	if _, err := of.Save(ctx, app, areas, "bench", now); err != nil {
		return err
	}
	if err := d.Areas.Load(app); err != nil {
		return err
	}
	err = collections.Write(ctx, app, func(db collections.DB) error {
		_, err := reassign.Begin(db, "bench", now)
		return err
	})
	if err != nil {
		return err
	}
	begun, used := time.Now(), spent()
	var last reassign.Job
	runner := reassign.Runner{Forms: d.Library, Areas: d.Areas, Now: time.Now, Show: func(j reassign.Job) { last = j }}
	if err := runner.Run(ctx, app); err != nil {
		return err
	}
	took, cpu := time.Since(begun), spent()-used
	fmt.Printf("reassignment: %d records looked at, %d moved, in %v, half of it pauses; %v of processor: %.0f records a second of processor\n",
		last.Done, last.Moved, took.Round(time.Second), cpu.Round(time.Second), float64(last.Done)/cpu.Seconds())
	return nil
}

// spent is the processor time of this process.
func spent() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
