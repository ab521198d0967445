package demo

import (
	"crypto/sha256"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"doorstep/internal/corpora"
	"doorstep/internal/xform"
)

// TestACityStaysWhatItIs holds the made-up city of a seed to what it was when cities were measured last: of each kind how many there
// are, a digest of all, and the first and the last one as they stand.
func TestACityStaysWhatItIs(t *testing.T) {
	c := town(t, Small(today))
	kinds := map[string][]string{}
	note := func(kind, format string, what ...any) {
		kinds[kind] = append(kinds[kind], fmt.Sprintf(format, what...))
	}
	for _, a := range c.Areas {
		note("areas", "%s %s %s %d", a.Code, a.Name, a.Level, a.ExpectedHouseholds)
		for _, polygon := range a.Boundary {
			note("corners", "%.6f", polygon[0][0])
			note("borders", "%.6f", polygon)
		}
	}
	for _, w := range c.Workers {
		note("workers", "%+v", w)
	}
	for _, w := range c.Checkers() {
		note("checkers", "%+v", w)
	}
	r := newLandSource(1)
	for _, a := range c.Areas {
		for i, h := range c.Households(a.Code) {
			h.Lon, h.Lat = math.Round(h.Lon*1e6)/1e6, math.Round(h.Lat*1e6)/1e6
			note("households", "%+v", h)
			if i > 1 {
				continue
			}
			note("visits", "%+v", c.ChildVisit(r, h, visitTime, i == 0))
			for _, p := range h.Elders(visitTime) {
				note("surveys", "%+v", c.ElderSurvey(r, h, p, visitTime, i == 0))
			}
		}
	}
	for _, name := range []string{"child_visit", "elderly_baseline"} {
		form, fl := shipped(t, name)
		for i, rec := range records(t, c, 3, name) {
			rec.Plant(newLandSource(uint64(i)), Mistakes[i%len(Mistakes)])
			root, err := fl.Fill(newLandSource(uint64(i)), visitTime, rec.Given)
			if err != nil {
				t.Fatal(err)
			}
			answers, err := xform.ToJSON(form, root)
			if err != nil {
				t.Fatal(err)
			}
			note(name, "%s %+v", answers, rec.Planted)
		}
	}
	var got strings.Builder
	for _, kind := range []string{"areas", "corners", "borders", "workers", "checkers", "households", "visits", "surveys", "child_visit", "elderly_baseline"} {
		all := kinds[kind]
		fmt.Fprintf(&got, "%s: %d, %x\n", kind, len(all), sha256.Sum256([]byte(strings.Join(all, "\n"))))
		if kind != "borders" {
			fmt.Fprintf(&got, "  %s\n  %s\n", all[0], all[len(all)-1])
		}
	}
	corpora.Golden(t, filepath.Join("testdata", "city.txt"), got.String())
}
