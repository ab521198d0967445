package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"doorstep/internal/corpora"
)

var decisionHeading = regexp.MustCompile(`^# (\d{4}) ([^\n]+)\n`)

// TestDecisionsIndex holds docs/decisions/README.md against the decisions; each begins with its number and its title.
func TestDecisionsIndex(t *testing.T) {
	const index = "docs/decisions/README.md"
	files, err := filepath.Glob("docs/decisions/0*.md")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var b strings.Builder
	b.WriteString("# Decisions\n\nWhy things are as they are. Made by `go test . -run DecisionsIndex -update`.\n\n")
	seen := map[string]string{}
	for _, file := range files {
		name := filepath.Base(file)
		heading := decisionHeading.FindStringSubmatch(read(t, file))
		if heading == nil || !strings.HasPrefix(name, heading[1]+"-") {
			t.Errorf("%s does not begin with its number and title: # %s Title", name, name[:4])
			continue
		}
		if other := seen[heading[1]]; other != "" {
			t.Errorf("%s and %s have one number", name, other)
		}
		seen[heading[1]] = name
		fmt.Fprintf(&b, "- [%s](%s) %s\n", heading[1], name, heading[2])
	}
	corpora.Golden(t, index, b.String())
}
