// Command paths walks named paths through the shipped questionnaires with ODK's own engine, in both languages, and prints
// what each costs: questions shown, those that must be answered, and an estimate of minutes. It fails where the server's
// engine sees something else, where an answer that must be given is missing, and where a path shows more than it may.
//
//	go run ./tools/paths
//
// It needs Node 20 and `npm ci --prefix tools/collect-engine`.
package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"time"
)

func main() {
	if err := run(os.Stdout, "tools/collect-engine", time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run walks every path with both engines and prints a table.
func run(out io.Writer, engine string, visit time.Time) error {
	paths, err := read()
	if err != nil {
		return err
	}
	fms, err := readForms(paths)
	if err != nil {
		return err
	}
	theirs, err := byClient(engine, fms, paths, visit)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "| path | questions shown | must be answered | minutes | limit |\n|---|---|---|---|---|")
	wrong := 0
	for i, p := range paths {
		ours, err := byServer(fms[p.Form], &p, visit)
		if err != nil {
			return err
		}
		limit := "–"
		if p.Most > 0 {
			limit = fmt.Sprint("≤ ", p.Most)
		}
		fmt.Fprintf(out, "| %s · %s | %d | %d | %.0f | %s |\n", p.Title.ZH, p.Title.EN, len(ours.Shown), ours.Required, ours.minutes, limit)
		for _, fault := range slices.Concat(p.faults(ours), p.apart(ours, theirs[i])) {
			fmt.Fprintln(out, "  ✗", p.Name+":", fault)
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d faults", wrong)
	}
	return nil
}

// faults lists what is wrong with a path as one engine sees it.
func (p *Path) faults(s seen) (found []string) {
	for what, names := range map[string][]string{
		"must be answered": s.Missing, "is against its constraint": s.Against, "has no words": s.Unworded, "is otherwise": s.Other,
	} {
		for _, name := range names {
			found = append(found, name+" "+what)
		}
	}
	if n := len(s.Shown); p.Most > 0 && n > p.Most {
		found = append(found, fmt.Sprintf("%d questions, at most %d", n, p.Most))
	}
	slices.Sort(found)
	return found
}

// apart lists where ODK's engine, in each language, sees something else than the server's.
func (p *Path) apart(ours seen, theirs map[string]seen) (found []string) {
	for language, s := range theirs {
		for _, name := range s.Shown {
			if !slices.Contains(ours.Shown, name) {
				found = append(found, language+": ODK alone shows "+name)
			}
		}
		for _, name := range ours.Shown {
			if !slices.Contains(s.Shown, name) {
				found = append(found, language+": the server alone shows "+name)
			}
		}
		if s.Required != ours.Required || len(s.Shown) != len(ours.Shown) {
			found = append(found, fmt.Sprintf("%s: ODK shows %d, %d required; the server %d and %d", language, len(s.Shown), s.Required,
				len(ours.Shown), ours.Required))
		}
		for _, fault := range p.faults(s) {
			found = append(found, language+": "+fault)
		}
	}
	slices.Sort(found)
	return found
}
