package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What docs/asvs.md holds: the 253 requirements of levels 1 and 2, and the 11 of level 3 of three chapters.
const (
	ofLevels1And2 = 253
	ofLevel3      = 11
)

var (
	testFunc    = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	namedTest   = regexp.MustCompile("`(?:([a-z]+)\\.)?((?:Test|Fuzz)\\w+)`")
	requirement = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| ([123]) \| ([^|]+) \| (yes|no|n/a) \| ?([^|]*)\|$`)
	anyRow      = regexp.MustCompile(`(?m)^\| \d.*$`)
)

// TestClaimsNameTheirTests: the documents that claim something about security name tests that exist.
func TestClaimsNameTheirTests(t *testing.T) {
	tests := testsOfTheTree(t)
	for _, file := range []string{"docs/security.md", "docs/asvs.md"} {
		named := namedTest.FindAllStringSubmatch(read(t, file), -1)
		if len(named) < 50 {
			t.Errorf("%s names %d tests", file, len(named))
		}
		for _, n := range named {
			if in := tests[n[2]]; len(in) == 0 || n[1] != "" && !slices.Contains(in, n[1]) {
				t.Errorf("%s names %s, and there is no such test", file, n[0])
			}
		}
	}
}

// claimSections are the parts of docs/security.md whose every paragraph and list item names the test that holds it.
var claimSections = []string{"Access", "Sign-in", "Audit", "Routes of PocketBase", "Limits", "Sealing at rest"}

// untested begin the paragraphs there that say what is not so, or name a choice and no behaviour.
var untested = []string{"What this does not do", "**Not sealed, and why.**", "**Against whom.**", "Closed: batch"}

// TestEveryClaimNamesATest: a paragraph or a list item of a section of claims names a test, or is listed as one that cannot.
func TestEveryClaimNamesATest(t *testing.T) {
	doc, seen := read(t, "docs/security.md"), 0
	for _, section := range claimSections {
		_, text, found := strings.Cut(doc, "\n## "+section+"\n")
		if !found {
			t.Errorf("there is no section %s", section)
		}
		text, _, _ = strings.Cut(text, "\n## ")
		for _, claim := range regexp.MustCompile(`\n\n|\n- `).Split(text, -1) {
			claim = strings.TrimSpace(claim)
			if claim == "" || strings.HasPrefix(claim, "|") || slices.ContainsFunc(untested, func(begin string) bool { return strings.HasPrefix(claim, begin) }) {
				continue
			}
			if seen++; !namedTest.MatchString(claim) {
				t.Errorf("%s: no test is named by %q", section, claim[:min(len(claim), 120)])
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d claims were found", seen)
	}
}

// TestASVSIsWhole: each requirement stands once in docs/asvs.md, a yes names a test, and a no says why.
func TestASVSIsWhole(t *testing.T) {
	doc := read(t, "docs/asvs.md")
	rows := requirement.FindAllStringSubmatch(doc, -1)
	if n := len(anyRow.FindAllString(doc, -1)); n != len(rows) {
		t.Errorf("%d rows, %d of them can be read", n, len(rows))
	}
	seen, levels, answers := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, r := range rows {
		number, level, answer, why := r[1], r[2], r[4], r[5]
		if seen[number] {
			t.Errorf("%s stands twice", number)
		}
		seen[number] = true
		levels[level]++
		answers[answer]++
		if answer == "yes" && !namedTest.MatchString(why) {
			t.Errorf("%s says yes and names no test", number)
		}
		if answer == "no" && strings.TrimSpace(why) == "" {
			t.Errorf("%s says no and not why", number)
		}
	}
	if levels["1"]+levels["2"] != ofLevels1And2 || levels["3"] != ofLevel3 {
		t.Errorf("requirements by level: %v", levels)
	}
	if sum := fmt.Sprintf("%d yes, %d no, %d n/a.", answers["yes"], answers["no"], answers["n/a"]); !strings.Contains(doc, sum) {
		t.Errorf("the document does not say %q", sum)
	}
}

// testsOfTheTree lists the tests by name, each with the packages that have it.
func testsOfTheTree(t *testing.T) map[string][]string {
	t.Helper()
	tests := map[string][]string{}
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && file != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(file, "_test.go") {
			return nil
		}
		pkg := path.Base(filepath.ToSlash(filepath.Dir(file)))
		if pkg == "." {
			pkg = "main"
		}
		for _, f := range testFunc.FindAllStringSubmatch(read(t, file), -1) {
			tests[f[1]] = append(tests[f[1]], pkg)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

func read(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
