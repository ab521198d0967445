package main

import (
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"doorstep/internal/validate"
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
			if p.Most == 0 {
				t.Error("it may show as much as it likes")
			}
			if s.minutes <= 0 {
				t.Error("it takes no time")
			}
		})
	}
}

// However a neighbour or a talk goes, it takes twelve questions, and one of them asks for danger.
func TestEveryNeighbourIsAskedTwelveQuestions(t *testing.T) {
	f, err := readForm("child_visit.csv")
	if err != nil {
		t.Fatal(err)
	}
	logic, err := validate.Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	place, code := "22.54 114.05 0 5", "990101001001001"
	for choices := range combinations([]string{"neighbour_visit", "group_talk"}, []string{"other", "refused"}, []string{"here", ""}, []string{"none", "injury", "other unsure"}, []string{"now", "today", "unsure"}) {
		method, relation, located, what, urgency := choices[0], choices[1], choices[2], choices[3], choices[4]
		outcome := "info"
		p := Path{Answers: map[string]*string{"contact_method": &method, "informant_relation": &relation, "outcome": &outcome, "tip_what": &what, "tip_urgency": &urgency, "area_code": &code}}
		if located != "" {
			p.Answers["location"] = &place
		}
		s, err := walk(logic, f, &p, visit)
		if err != nil {
			t.Fatal(err)
		}
		asks := func(q string) bool {
			return slices.ContainsFunc(s.Shown, func(shown string) bool { return strings.HasSuffix(shown, "/"+q) })
		}
		if n := len(s.Shown); n > 12 || n < 7 || asks("safety_concern") == asks("tip_urgency") || asks("safety_action") != (what != "none" && urgency == "now") {
			t.Errorf("%q is asked %d: %q", choices, n, s.Shown)
		}
	}
}

// combinations yields every way to take one of each list.
func combinations(lists ...[]string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		total := 1
		for _, list := range lists {
			total *= len(list)
		}
		for i := range total {
			taken := make([]string, len(lists))
			for k, list := range lists {
				taken[k], i = list[i%len(list)], i/len(list)
			}
			if !yield(taken) {
				return
			}
		}
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
