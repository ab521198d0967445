package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What a screen shows beside another file, and what a reader keeps in mind at a call.
const (
	longest = 140
	most    = 5
)

// wide are the packages with longer lines, crowded those with functions of more parameters. Both lists only shrink.
var (
	wide = []string{"internal/console", "internal/coverage", "internal/demo", "internal/devicesync", "internal/grid",
		"internal/identity", "internal/ingest", "internal/linkage", "internal/reassign", "internal/seed", "internal/work"}
	crowded = []string{"internal/seed"}
)

// TestLinesAndParameters holds the length of lines and the number of parameters outside of tests and of migrations, which nobody edits
// once they have run.
func TestLinesAndParameters(t *testing.T) {
	long, many := map[string][]string{}, map[string][]string{}
	err := filepath.WalkDir(".", func(name string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() && (e.Name() == "node_modules" || e.Name() == "pb_migrations" || len(e.Name()) > 1 && e.Name()[0] == '.') {
			return filepath.SkipDir
		}
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		source, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(name))
		long[dir] = append(long[dir], longIn(name, source)...)
		fns, err := crowdedIn(name, source)
		many[dir] = append(many[dir], fns...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, found := range map[string]struct {
		in      map[string][]string
		allowed []string
	}{"a line is longer than 140 characters": {long, wide}, "a function takes more than five parameters": {many, crowded}} {
		for _, dir := range slices.Sorted(maps.Keys(found.in)) {
			switch listed := slices.Contains(found.allowed, dir); {
			case !listed && len(found.in[dir]) > 0:
				t.Errorf("%s: %s", what, strings.Join(found.in[dir], ", "))
			case listed && len(found.in[dir]) == 0:
				t.Errorf("%s needs no exception any more (%s)", dir, what)
			}
		}
	}
}

func longIn(name string, source []byte) (all []string) {
	for i, line := range bytes.Split(source, []byte("\n")) {
		if utf8.RuneCount(line) > longest {
			all = append(all, fmt.Sprintf("%s:%d", name, i+1))
		}
	}
	return all
}

func crowdedIn(name string, source []byte) (all []string, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, 0)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Type.Params.NumFields() > most {
			all = append(all, fmt.Sprintf("%s of %s", fn.Name.Name, files.Position(fn.Pos())))
		}
	}
	return all, nil
}
