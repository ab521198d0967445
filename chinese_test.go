package main

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// halfWidth is punctuation of half a width that touches Chinese; the Chinese standard (GB/T 15834-2011) writes it in full width.
// asTyped matches what is typed with half-width signs: an option of a command, a call, an address, the name of a language.
var (
	han       = regexp.MustCompile(`\p{Han}`)
	halfWidth = regexp.MustCompile(`[\p{Han}、。”》\x{ff09}][,;:?!(]|[,;:?!)][\p{Han}“《\x{ff08}]|\(\p{Han}|\p{Han}\)`)
	asTyped   = regexp.MustCompile(`[a-z_]+=\p{Han}+(,[a-z_]+=\p{Han}*)*|\p{Han}+=\p{Han}+,…|主机:端口|[a-z0-9]+\([^)\p{Han}]*\)|中文 \(zh\)`)
)

// notRead are files whose Chinese is no text that somebody reads now.
var notRead = map[string]string{
	"pb_migrations":                     "a migration says for ever what it said",
	"bench":                             "made-up lists",
	"tools":                             "made-up lists",
	"internal/linkage/surnames.go":      "a table of sounds",
	"internal/tabular/value.go":         "what lists are split at",
	"internal/sensitive/labels.go":      "patterns",
	"web/console/dist":                  "made from web/kit",
	"web/node_modules":                  "of others",
	"web/sync/node_modules":             "of others",
	"tools/collect-engine/node_modules": "of others",
}

// TestChinesePunctuation holds that Chinese has the punctuation of Chinese wherever people read it: in the program, the console,
// the forms, the reports and the Chinese README.
func TestChinesePunctuation(t *testing.T) {
	texts := 0
	look := func(where, text string) {
		if !han.MatchString(text) {
			return
		}
		texts++
		if m := halfWidth.FindString(asTyped.ReplaceAllString(text, "")); m != "" {
			t.Errorf("%s: %q is of half a width in %q", where, m, text)
		}
	}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if notRead[filepath.ToSlash(path)] != "" || e.Name() == "testdata" || len(e.Name()) > 1 && e.Name()[0] == '.' {
				return filepath.SkipDir
			}
			return nil
		}
		switch name := filepath.ToSlash(path); {
		case notRead[name] != "" || strings.HasSuffix(name, "_test.go"):
		case strings.HasSuffix(name, ".go"):
			return literals(path, func(text string) { look(path, text) })
		case name == "web/kit/src/texts.ts", name == "README.zh-CN.md", strings.HasPrefix(name, "internal/") && strings.HasSuffix(name, ".html"):
			for line := range strings.Lines(read(t, path)) {
				look(path, line)
			}
		case name == "internal/needs/services.csv", filepath.Dir(name) == "collections/forms" && strings.HasSuffix(name, ".csv"):
			list := csv.NewReader(strings.NewReader(read(t, path)))
			list.FieldsPerRecord = -1
			rows, err := list.ReadAll()
			for _, row := range rows {
				for _, cell := range row {
					look(path, cell)
				}
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if texts < 5000 {
		t.Errorf("only %d texts were looked at", texts)
	}
}

// literals calls f with every string that a Go file holds, but for patterns.
func literals(path string, f func(string)) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			s, ok := n.Fun.(*ast.SelectorExpr)
			return !ok || s.Sel.Name != "MustCompile"
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				f(n.Value)
			}
		}
		return true
	})
	return nil
}
