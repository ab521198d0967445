package corpora

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// Update is set where golden files are to be written anew.
var Update = flag.Bool("update", false, "write golden files anew")

// remembered returns what a file holds. With -update it writes what has just come to the file before.
func remembered(t *testing.T, file, came string) string {
	t.Helper()
	if *Update {
		if err := os.WriteFile(file, []byte(came), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	held, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(held)
}

// Golden compares a text with a file, and with -update writes the file. It shows where they begin to differ.
func Golden(t *testing.T, file, got string) {
	t.Helper()
	want := remembered(t, file, got)
	is, was := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(is), len(was)) {
		if i >= len(is) || i >= len(was) || is[i] != was[i] {
			t.Errorf("it differs from line %d of %s on; -update writes it anew\nis\n%s\nwas\n%s", i+1, file, around(is, i), around(was, i))
			return
		}
	}
}

// around returns the lines about one.
func around(lines []string, at int) string {
	return strings.Join(lines[min(max(0, at-6), len(lines)):min(at+12, len(lines))], "\n")
}

// Kept compares what came of each case with what a file remembers of it, both by their digests; -update writes the file. It passes
// over a case that the file does not know: another part of a corpus has such.
func Kept(t *testing.T, file string, came map[string]string) {
	t.Helper()
	digest := func(s string) string { return fmt.Sprintf("%.5x", sha256.Sum256([]byte(s))) }
	var lines []string
	for what, text := range came {
		lines = append(lines, digest(what)+" "+digest(text)+"\n")
	}
	slices.Sort(lines)
	kept := map[string]string{}
	for line := range strings.Lines(remembered(t, file, strings.Join(lines, ""))) {
		what, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		kept[what] = text
	}
	for _, what := range slices.Sorted(maps.Keys(came)) {
		if before, known := kept[digest(what)]; known && before != digest(came[what]) {
			t.Errorf("of %.300s\ncame something else than %s remembers:\n%s", what, file, came[what])
		}
	}
}
