package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/grid"
	"doorstep/internal/identity"
	"doorstep/internal/problem"
	"doorstep/internal/validate"
)

var update = flag.Bool("update", false, "write docs/problems.md and docs/decisions/README.md")

// TestProblemsDoc holds docs/problems.md against what the stages say. The texts stand beside the stage that finds the
// problem; the codes are one name space, and the document is their one list.
func TestProblemsDoc(t *testing.T) {
	const file = "docs/problems.md"
	doc := problemsDoc(t)
	if *update {
		if err := os.WriteFile(file, []byte(doc), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != doc {
		t.Error("docs/problems.md is not what the stages say; run go test . -run ProblemsDoc -update")
	}
}

func problemsDoc(t *testing.T) string {
	seen := map[string]bool{}
	var b strings.Builder
	row := func(code, what, zh, en string) {
		if seen[code] || zh == "" || en == "" {
			t.Errorf("code %s is used twice or lacks a text", code)
		}
		seen[code] = true
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", code, what, zh, en)
	}
	b.WriteString("# Problems and issues\n\nMade from the stages' own texts by `go test . -run ProblemsDoc -update`. Mistakes in a workbook or a GeoJSON file are told with their\nplace when it is read and are not listed here.\n\n## Problems of a request\n\nA status is that of the HTTP answer; without one the operation is kept in quarantine under this code.\n\n| code | status | 中文 | English |\n|---|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(problem.Catalogue)) {
		e, status := problem.Catalogue[code], ""
		if e.Status != 0 {
			status = fmt.Sprint(e.Status)
		}
		row(string(code), status, e.ZH, e.EN)
	}
	b.WriteString("\n## Issues of a record\n\nA record with an error waits as `has_issues`. The form's own words replace those of `logic.required` and `logic.constraint`.\n\n| code | severity | 中文 | English |\n|---|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(validate.Catalogue)) {
		e := validate.Catalogue[code]
		row(code, string(e.Severity), e.ZH, e.EN)
	}
	warnings := grid.Texts()
	maps.Copy(warnings, identity.Texts())
	for _, code := range slices.Sorted(maps.Keys(warnings)) {
		row(code, "warning", warnings[code][0], warnings[code][1])
	}
	return b.String()
}
