package corpora

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// Kept compares what came of each case with what a file remembers of it, both by their digests; -update writes the file. It passes
// over a case that the file does not know: another part of a corpus has such.
func Kept(t *testing.T, file string, came map[string]string) {
	t.Helper()
	digest := func(s string) string { return fmt.Sprintf("%.5x", sha256.Sum256([]byte(s))) }
	if *Update {
		var lines []string
		for what, text := range came {
			lines = append(lines, digest(what)+" "+digest(text)+"\n")
		}
		slices.Sort(lines)
		if err := os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]string{}
	for line := range strings.Lines(string(data)) {
		what, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		kept[what] = text
	}
	for _, what := range slices.Sorted(maps.Keys(came)) {
		if before, known := kept[digest(what)]; known && before != digest(came[what]) {
			t.Errorf("of %.300s\ncame something else than %s remembers:\n%s", what, file, came[what])
		}
	}
}
