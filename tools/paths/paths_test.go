package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var visit = time.Date(2026, 11, 26, 10, 0, 0, 0, time.FixedZone("CST", 8*60*60))

// Every path shows what it showed, within its limit, and lacks nothing, by the server's own engine.
func TestPaths(t *testing.T) {
	paths, err := read()
	if err != nil {
		t.Fatal(err)
	}
	forms, err := readForms(paths)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		t.Run(p.Name, func(t *testing.T) {
			s, err := byServer(forms[p.Form], &p, visit)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range p.faults(s) {
				t.Error(fault)
			}
			if len(s.Shown) != p.Shown || s.Required != p.Required {
				t.Errorf("%d questions, %d required; paths.json says %d and %d", len(s.Shown), s.Required, p.Shown, p.Required)
			}
			if s.minutes <= 0 {
				t.Error("it takes no time")
			}
		})
	}
}

// A path that leaves out what must be answered, or contradicts itself, is told.
func TestFaultsAreFound(t *testing.T) {
	paths, err := read()
	if err != nil {
		t.Fatal(err)
	}
	forms, err := readForms(paths)
	if err != nil {
		t.Fatal(err)
	}
	alone := "alone"
	for answer, want := range map[string]string{"education": "person/education must be answered", "living_arrangement": "person/living_arrangement is against its constraint"} {
		p := paths[slices.IndexFunc(paths, func(p Path) bool { return p.Name == "elder_healthy" })]
		p.Answers = over(p.Answers, map[string]*string{answer: nil})
		if answer == "living_arrangement" {
			p.Answers[answer] = &alone // of two residents
		}
		s, err := byServer(forms[p.Form], &p, visit)
		if err != nil {
			t.Fatal(err)
		}
		if found := p.faults(s); !slices.ContainsFunc(found, func(f string) bool { return strings.HasSuffix(f, want) }) {
			t.Errorf("without %s: %q", answer, found)
		}
	}
	p := Path{Most: 2}
	if found := p.faults(seen{Shown: make([]string, 3)}); len(found) != 1 {
		t.Errorf("three questions of two: %q", found)
	}
	if found := p.apart(seen{Shown: []string{"a"}}, map[string]seen{"zh": {Shown: []string{"b"}}}); len(found) != 2 {
		t.Errorf("two engines that see something else: %q", found)
	}
}

// ODK's engine shows the same in both languages.
func TestODKEngineWalksThePaths_needsNpmCiOfCollectEngine(t *testing.T) {
	const engine = "../collect-engine"
	if _, err := os.Stat(filepath.Join(engine, "node_modules", "@getodk", "xforms-engine")); err != nil {
		t.Skip("ODK's engine is not installed: npm ci --prefix tools/collect-engine")
	}
	var out strings.Builder
	if err := run(&out, engine, time.Now()); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
