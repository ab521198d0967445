// Identity measures how well records of one person are found: on the public FEBRL sets and on made-up Chinese households,
// with and without id numbers, and twins. Each list is linked in a process of its own, so that its memory is told apart.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"strings"
)

func main() {
	set := flag.String("set", "", "one set alone: "+
		"febrl1, febrl2, febrl3, typed, worn, sparse, originals, numbers, no-numbers, bare, twins, historical, peers, faded, parish, "+
		"american, european, census, names, latin-twins, parish-twins, historical-twins, many-twins, million")
	asJSON := flag.Bool("json", false, "internal: print the figures as JSON")
	plot := flag.String("plot", "", "write the calibration of the households as SVG")
	seed := flag.Uint64("seed", 1, "seed of the households")
	people := flag.Int("people", 20000, "people of the households")
	to := flag.String("write", "", "write the list of -set into this folder, and who its records are of, instead of linking it")
	model := flag.String("model", "", "write the model of intake, learned from the households")
	profile := flag.String("cpuprofile", "", "write a CPU profile of -set to this file")
	city := flag.String("intake", "", "folder of a city that no server has open: measure what somebody new costs at intake there")
	flag.Parse()
	run := func() error { return all(*plot, *seed, *people) }
	if *city != "" {
		run = func() error { return intake(context.Background(), *city, *seed, met, os.Stdout) }
	}
	if *model != "" {
		run = func() error { return writeModel(context.Background(), *model, *seed, *people) }
	}
	switch {
	case *set != "" && *to != "":
		run = func() error { return write(*to, *set, *seed, *people) }
	case *set != "":
		run = func() error { return profiled(*profile, func() error { return one(*set, *asJSON, *seed, *people) }) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// profiled writes a profile of some work where a file is named.
func profiled(file string, work func() error) error {
	if file == "" {
		return work()
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	err = work()
	pprof.StopCPUProfile()
	return errors.Join(err, out.Close())
}

// sets are those that run unless one is named.
var sets = []string{"febrl1", "febrl2", "febrl3", "numbers", "no-numbers", "twins"}

// one links one set.
func one(set string, asJSON bool, seed uint64, people int) error {
	dir, err := os.MkdirTemp("", "doorstep-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f, err := link(context.Background(), dir, set, seed, people)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(os.Stdout).Encode(f)
	}
	printHead()
	f.print()
	for i, d := range f.Deciles {
		fmt.Printf("  %.1f–%.1f: %7d pairs, %.3f expected, %.3f right; %d of one family, %d through another\n", float64(i)/10, float64(i+1)/10,
			d.Pairs, d.Expected/float64(max(1, d.Pairs)), float64(d.Right)/float64(max(1, d.Pairs)), d.Kin, d.Through)
	}
	fmt.Printf("  held for a person to decide: %d, %d of them right\n", f.Held, f.HeldRight)
	fmt.Printf("  not compared, or out of the question: %d\n", f.Missed)
	return nil
}

func link(ctx context.Context, dir, set string, seed uint64, people int) (figures, error) {
	files, t, err := list(dir, set, seed, people)
	if err != nil {
		return figures{}, err
	}
	return measure(ctx, set, files, t)
}

// list is the files of a set, written into a folder unless they are public ones, and who their records are of.
func list(dir, set string, seed uint64, people int) ([]string, truth, error) {
	if n, ok := strings.CutPrefix(set, "febrl"); ok {
		file := filepath.Join(febrlFolder(), "dataset"+n+".csv")
		t, err := febrl(file)
		return []string{file}, t, err
	}
	if b, ok := bureaus(set); ok {
		return writeBureau(dir, b, seed)
	}
	file := filepath.Join(dir, "people.csv")
	if l, ok := ledgers(set); ok {
		t, err := writeLedger(file, l, seed, people/4)
		return []string{file}, t, err
	}
	rt := usual(0.7)
	switch set {
	case "numbers":
	case "no-numbers":
		rt.numbers = 0
	case "bare": // names and birth dates alone
		rt.numbers, rt.noPhone, rt.noAddress, rt.noGuardian = 0, 1, 1, 1
	case "twins": // every family has twins: 10,000 pairs of them
		rt.twins, rt.adults, rt.numbers = 1, 0, 0.5
		people = 23333
	case "million":
		people = 715_000
	default:
		return nil, truth{}, fmt.Errorf("no set %q", set)
	}
	t, err := writeHouseholds(file, generate(seed, people, rt))
	return []string{file}, t, err
}

// write puts the list of a set into a folder, beside it who its records are of.
func write(dir, set string, seed uint64, people int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	_, t, err := list(dir, set, seed, people)
	if err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(dir, "truth.csv"))
	if err != nil {
		return err
	}
	rows := bufio.NewWriter(out)
	fmt.Fprintln(rows, "record,person")
	for _, id := range slices.Sorted(maps.Keys(t.person)) {
		fmt.Fprintln(rows, id+","+t.person[id])
	}
	return errors.Join(rows.Flush(), out.Close())
}

func all(plot string, seed uint64, people int) error {
	printHead()
	byName := map[string]figures{}
	for _, set := range sets {
		out, err := exec.Command(os.Args[0], "-set", set, "-json", "-seed", fmt.Sprint(seed), "-people", fmt.Sprint(people)).Output()
		if err != nil {
			return fmt.Errorf("%s: %w", set, err)
		}
		var f figures
		if err := json.Unmarshal(out, &f); err != nil {
			return err
		}
		f.print()
		byName[set] = f
	}
	if plot == "" {
		return nil
	}
	return writePlot(plot, byName["numbers"], byName["no-numbers"])
}

func printHead() {
	fmt.Println("set         records   pairs true     found     right  precision  recall      F1   compared  pairs/s  /cpu s     s    MB  " +
		"twins merged")
}

func (f figures) print() {
	fmt.Printf("%-11s %7d %12d %9d %9d     %.4f  %.4f  %.4f %10d %8.0f %7.0f %5.1f %5d %6d %6d\n", f.Set, f.Records, f.True, f.Found, f.Right,
		f.Precision, f.Recall, f.F1, f.Pairs, f.PerSecond, f.PerCPUSecond, f.Seconds, f.MegaBytes, f.Twins, f.TwinsMerged)
}
