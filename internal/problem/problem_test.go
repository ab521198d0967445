package problem

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/problems.md")

// TestDocs holds docs/problems.md against the catalogue.
func TestDocs(t *testing.T) {
	const file = "../../docs/problems.md"
	var b strings.Builder
	b.WriteString("# Problems\n\nMade from `internal/problem` by `go test ./internal/problem -update`. A status is that of the HTTP answer; without one the\noperation is kept in quarantine under this code.\n\n| code | status | 中文 | English |\n|---|---|---|---|\n")
	for _, code := range slices.SortedFunc(maps.Keys(Catalogue), cmp.Compare[Code]) {
		e := Catalogue[code]
		status := ""
		if e.Status != 0 {
			status = fmt.Sprint(e.Status)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", code, status, e.ZH, e.EN)
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != b.String() {
		t.Error("docs/problems.md is not what the catalogue says; run with -update")
	}
}

func TestEveryProblemSpeaksBothLanguages(t *testing.T) {
	for code, e := range Catalogue {
		if e.ZH == "" || e.EN == "" {
			t.Errorf("%s lacks a text", code)
		}
	}
}
