package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the import table: which packages of ours a package may use. What is not listed fails. The sources are
// parsed here instead of asking `go list`, whose reads the test cache does not see.
var mayImport = map[string][]string{
	"":                     {"collections", "commands", "hooks", "internal/outbox", "internal/seal", "pb_migrations"},
	"commands":             {"collections", "collections/territory", "hooks", "internal/access", "internal/audit", "internal/backup", "internal/basemap", "internal/blob", "internal/campaign", "internal/client", "internal/datafolder", "internal/dataset", "internal/dedup", "internal/demo", "internal/disk", "internal/grid", "internal/export", "internal/identity", "internal/instrument", "internal/match", "internal/openrosa", "internal/problem", "internal/reassign", "internal/roster", "internal/seal", "internal/sealing", "internal/seed", "internal/sensitive", "internal/server", "internal/signin", "internal/simulate", "internal/staff", "internal/survey", "internal/tabular", "internal/tile", "internal/work"},
	"hooks":                {"collections", "collections/forms", "collections/territory", "internal/access", "internal/audit", "internal/coverage", "internal/datafolder", "internal/devicesync", "internal/grid", "internal/identity", "internal/ingest", "internal/instrument", "internal/job", "internal/needs", "internal/outbox", "internal/problem", "internal/queryplan", "internal/reassign", "internal/retention", "internal/seal", "internal/sealing", "internal/sensitive", "internal/server", "internal/signin", "internal/staff", "internal/survey", "internal/validate"},
	"internal/server":      {"collections", "collections/territory", "internal/access", "internal/attachment", "internal/audit", "internal/backup", "internal/basemap", "internal/blob", "internal/body", "internal/campaign", "internal/console", "internal/coverage", "internal/dataset", "internal/devicesync", "internal/grant", "internal/grid", "internal/identity", "internal/ingest", "internal/instrument", "internal/job", "internal/lists", "internal/match", "internal/needs", "internal/openrosa", "internal/problem", "internal/protocol", "internal/reassign", "internal/retention", "internal/reveal", "internal/review", "internal/roster", "internal/search", "internal/sensitive", "internal/share", "internal/signin", "internal/staff", "internal/survey", "internal/tabular", "internal/tile", "internal/upload", "internal/validate", "internal/work", "web"},
	"collections":          {"internal/blob", "internal/disk", "internal/seal", "internal/sensitive", "internal/survey"},
	"collections/forms":    {},
	"internal/disk":        {},
	"web":                  {},
	"pb_migrations":        {},
	"internal/signin":      {"collections", "internal/access", "internal/audit", "internal/problem", "internal/seal"},
	"internal/roster":      {"collections", "internal/access", "internal/audit", "internal/export", "internal/grid", "internal/identity", "internal/survey", "internal/tabular", "internal/validate"},
	"internal/match":       {"collections", "collections/territory", "internal/access", "internal/audit", "internal/export", "internal/identity", "internal/linkage", "internal/problem", "internal/roster", "internal/sensitive", "internal/survey", "internal/tabular"},
	"internal/campaign":    {"collections", "internal/access", "internal/audit", "internal/problem", "internal/survey"},
	"internal/quality":     {},
	"internal/needs":       {"collections", "collections/territory", "internal/access", "internal/audit", "internal/coverage", "internal/instrument", "internal/problem", "internal/survey", "internal/tabular", "internal/xpath"},
	"internal/agreement":   {},
	"internal/fabrication": {"internal/quality"},
	"internal/work":        {"collections", "collections/territory", "internal/access", "internal/audit", "internal/grid", "internal/problem", "internal/survey", "internal/tabular"},
	"internal/staff":       {"collections", "internal/access", "internal/audit", "internal/export", "internal/grid", "internal/survey", "internal/tabular"},
	"internal/protocol":    {},
	"internal/survey":      {},
	"internal/tabular":     {"internal/survey"},
	"internal/body":        {"internal/problem", "internal/survey"},
	"internal/turn":        {},
	"internal/share":       {},
	"internal/blob":        {"internal/crash", "internal/disk", "internal/seal"},
	"internal/crash":       {},
	"internal/datafolder":  {"internal/disk"},
	"internal/backup":      {"collections", "internal/audit", "internal/blob", "internal/datafolder", "internal/devicesync", "internal/disk", "internal/seal", "internal/sealing", "internal/upload"},
	"internal/seal":        {"internal/disk"},
	"internal/search":      {"collections", "internal/audit"},
	"internal/sealing":     {"collections", "internal/blob", "internal/instrument", "internal/seal", "internal/sensitive"},
	"internal/sensitive":   {"internal/survey", "internal/validate"},
	"internal/problem":     {"internal/survey"},
	"internal/xmltree":     {"internal/survey"},
	"internal/xpath":       {"internal/survey"},
	"internal/xlsform":     {"internal/survey"},
	"internal/xform":       {"internal/survey", "internal/xlsform", "internal/xpath"},
	"internal/validate":    {"internal/survey", "internal/xform", "internal/xpath"},
	"internal/export":      {"internal/survey"},
	"internal/access":      {"collections", "collections/territory", "internal/audit"},
	"internal/audit":       {"collections"},
	"internal/dedup":       {"internal/linkage", "internal/tabular"},
	"internal/linkage":     {"internal/survey", "internal/validate"},
	"internal/lists":       {},
	"internal/grant":       {"collections", "internal/access", "internal/audit", "internal/problem"},
	"internal/geofile":     {"internal/tabular"},
	"internal/tile":        {},
	"internal/basemap":     {"internal/tile"},
	"internal/grid":        {"collections", "collections/territory", "internal/audit", "internal/geofile", "internal/survey", "internal/tabular"},
	"internal/identity":    {"collections", "collections/territory", "internal/access", "internal/audit", "internal/linkage", "internal/problem", "internal/survey", "internal/validate"},
	"internal/outbox":      {"collections"},
	"internal/instrument":  {"collections", "collections/territory", "internal/audit", "internal/problem", "internal/queryplan", "internal/survey", "internal/validate", "internal/xform", "internal/xlsform"},
	"internal/ingest":      {"collections", "collections/territory", "internal/access", "internal/audit", "internal/crash", "internal/grid", "internal/identity", "internal/instrument", "internal/needs", "internal/problem", "internal/sensitive", "internal/survey", "internal/turn", "internal/validate", "internal/xform", "internal/xmltree"},
	"internal/console":     {"collections", "collections/territory", "internal/access", "internal/agreement", "internal/audit", "internal/coverage", "internal/export", "internal/grid", "internal/identity", "internal/instrument", "internal/problem", "internal/quality", "internal/review", "internal/sensitive", "internal/signin", "internal/survey", "internal/tile", "internal/validate", "internal/work"},
	"internal/review":      {"collections", "collections/territory", "internal/access", "internal/audit", "internal/crash", "internal/identity", "internal/problem", "internal/survey"},
	"internal/reassign":    {"collections", "collections/territory", "internal/access", "internal/audit", "internal/grid", "internal/identity", "internal/instrument", "internal/problem", "internal/seal", "internal/survey"},
	"internal/job":         {"collections", "collections/territory", "internal/access", "internal/audit", "internal/blob", "internal/problem"},
	"internal/reveal":      {"collections", "internal/access", "internal/audit", "internal/instrument", "internal/problem", "internal/sensitive"},
	"internal/coverage":    {"collections", "collections/territory", "internal/access", "internal/grid", "internal/instrument", "internal/survey"},
	"internal/dataset":     {"collections", "collections/territory", "internal/access", "internal/audit", "internal/coverage", "internal/disclosure", "internal/export", "internal/grid", "internal/identity", "internal/instrument", "internal/needs", "internal/problem", "internal/review", "internal/seal", "internal/sensitive", "internal/survey", "internal/validate", "internal/xform"},
	"internal/disclosure":  {},
	"internal/devicesync":  {"collections", "collections/territory", "internal/access", "internal/audit", "internal/ingest", "internal/instrument", "internal/problem", "internal/protocol", "internal/seal", "internal/signin", "internal/survey", "internal/xform"},
	"internal/openrosa":    {"collections", "collections/territory", "internal/access", "internal/audit", "internal/blob", "internal/body", "internal/ingest", "internal/instrument", "internal/problem", "internal/seal", "internal/survey", "internal/tabular", "internal/xform", "internal/xmltree"},
	"internal/attachment":  {"collections", "internal/access", "internal/audit", "internal/crash", "internal/problem"},
	"internal/upload":      {"collections", "internal/access", "internal/audit", "internal/blob", "internal/body", "internal/crash", "internal/disk", "internal/ingest", "internal/problem", "internal/seal", "internal/share"},
	"internal/retention":   {"collections", "collections/territory", "internal/access", "internal/audit", "internal/blob", "internal/instrument", "internal/job", "internal/problem", "internal/survey"},
	"internal/demo":        {"collections/territory", "internal/grid", "internal/survey", "internal/xform", "internal/xpath"},
	"internal/seed":        {"collections", "collections/territory", "internal/access", "internal/blob", "internal/client", "internal/demo", "internal/devicesync", "internal/grid", "internal/identity", "internal/ingest", "internal/instrument", "internal/openrosa", "internal/queryplan", "internal/review", "internal/signin", "internal/survey", "internal/work", "internal/xform"},
	"internal/client":      {"internal/protocol"},
	"internal/simulate":    {"collections/forms", "internal/client", "internal/demo", "internal/grid", "internal/survey", "internal/xform", "internal/xlsform"},
	"internal/queryplan":   {},
	"internal/testapp":     {"collections", "hooks", "internal/datafolder", "internal/grid", "internal/identity", "internal/protocol", "internal/queryplan", "internal/seal", "internal/signin", "internal/survey", "pb_migrations"},
	"internal/corpora":     {},

	"collections/territory": {"collections"},
}

// pure packages never see the database framework.
var pure = []string{"internal/body", "internal/turn", "internal/share", "internal/protocol", "internal/survey", "internal/datafolder", "internal/seal", "internal/sensitive", "internal/problem", "internal/xmltree", "internal/xpath", "internal/xlsform", "internal/xform", "internal/validate", "internal/tabular", "internal/export", "internal/geofile", "internal/tile", "internal/basemap", "internal/demo", "internal/disclosure", "internal/linkage", "internal/dedup", "internal/disk", "internal/quality", "internal/agreement", "internal/fabrication"}

// confined names what few packages may import, or none: what runs programs, memory that Go does not guard, random numbers
// that can be foretold.
var confined = map[string][]string{
	"os/exec":      {"commands", "internal/seal"},
	"unsafe":       nil,
	"C":            nil,
	"plugin":       nil,
	"encoding/gob": nil,
	"math/rand":    nil,
	"math/rand/v2": {"internal/demo", "internal/fabrication", "internal/linkage", "internal/seed", "internal/simulate"},
}

func TestImportsFollowTheTable(t *testing.T) {
	seen := map[string]bool{}
	walkImports(t, func(pkg, file, path string) {
		seen[pkg] = true
		if rest, ours := strings.CutPrefix(path, "doorstep/"); ours && !slices.Contains(mayImport[pkg], rest) {
			t.Errorf("%s: package %q may not import %s", file, pkg, path)
		}
		if few, named := confined[path]; named && !slices.Contains(few, pkg) {
			t.Errorf("%s: package %q may not import %s", file, pkg, path)
		}
		if slices.Contains(pure, pkg) && strings.HasPrefix(path, "github.com/pocketbase/") {
			t.Errorf("%s: package %q is pure and may not import %s", file, pkg, path)
		}
	})
	if !seen["hooks"] || !seen["internal/ingest"] {
		t.Fatal("the walk did not reach the packages")
	}
	for pkg := range seen {
		if _, listed := mayImport[pkg]; !listed {
			t.Errorf("package %q is not in the import table", pkg)
		}
	}
}

func walkImports(t *testing.T, visit func(pkg, file, path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && path != "." && (strings.HasPrefix(e.Name(), ".") || slices.Contains([]string{"testdata", "node_modules", "bench", "tools", "docs"}, e.Name())) {
			return fs.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		if pkg == "." {
			pkg = ""
		}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			visit(pkg, path, imported)
		}
		if len(f.Imports) == 0 {
			visit(pkg, path, "")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	quoted = regexp.MustCompile("`([a-z_]+[a-z_/]*(?:\\.[a-z]+)?/?)`")
	floor  = regexp.MustCompile(`(?m)^\| [^|]+ \| (.*) \|$`)
)

// TestTheMapIsTrue: docs/architecture.md puts each package on one floor, none below a package that it imports, and names
// only files that exist.
func TestTheMapIsTrue(t *testing.T) {
	page := read(t, "docs/architecture.md")
	_, floors, _ := strings.Cut(page, "| floor | packages |")
	floors, _, _ = strings.Cut(floors, "##")
	level := map[string]int{}
	for i, line := range floor.FindAllStringSubmatch(floors, -1) {
		for _, pkg := range quoted.FindAllStringSubmatch(line[1], -1) {
			level[pkg[1]] = i
		}
	}
	for pkg, imports := range mayImport {
		if pkg == "" || pkg == "pb_migrations" || pkg == "collections/forms" {
			continue
		}
		at, on := level[pkg]
		if !on {
			t.Errorf("%s is on no floor", pkg)
		}
		for _, below := range imports {
			if l, on := level[below]; on && l < at {
				t.Errorf("%s imports %s from a floor above", pkg, below)
			}
		}
	}
	for _, named := range quoted.FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(named[1]); err != nil && strings.Contains(named[1], "/") {
			t.Errorf("docs/architecture.md names %s: %v", named[1], err)
		}
	}
}
