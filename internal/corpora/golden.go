package corpora

import (
	"flag"
	"os"
	"strings"
	"testing"
)

// Update is set where golden files are to be written anew.
var Update = flag.Bool("update", false, "write golden files anew")

// Golden compares a text with a file, and with -update writes the file. It shows where they begin to differ.
func Golden(t *testing.T, file, got string) {
	t.Helper()
	if *Update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	is, was := strings.Split(got, "\n"), strings.Split(string(want), "\n")
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
