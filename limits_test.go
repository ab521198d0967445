package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// What a screen shows beside another file, and what a reader keeps in mind at a call.
const (
	longest = 140
	most    = 5
)

// TestLinesAndParameters holds the length of lines and the number of parameters outside of tests and of migrations, which nobody edits
// once they have run.
func TestLinesAndParameters(t *testing.T) {
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
		for _, line := range longIn(name, source) {
			t.Errorf("a line is longer than %d characters: %s", longest, line)
		}
		crowded, err := crowdedIn(name, source)
		for _, fn := range crowded {
			t.Errorf("a function takes more than %d parameters: %s", most, fn)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
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
