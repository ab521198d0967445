package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var argument = regexp.MustCompile(`%(?:\[(\d)\])?[#+]?(?:\.\d)?([a-zA-Z])|\{\w+\}`)

// arguments returns what a text is given, by place: a number, or anything else. "%s" and %q are told the same.
func arguments(text string) (all []string) {
	place := 0
	for _, m := range argument.FindAllStringSubmatch(strings.ReplaceAll(text, "%%", ""), -1) {
		if m[2] == "" {
			all = append(all, m[0])
			continue
		}
		if place++; m[1] != "" {
			place, _ = strconv.Atoi(m[1])
		}
		all = append(all, strconv.Itoa(place)+map[bool]string{true: "d"}[m[2] == "d"])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// pairs calls f with the texts of two languages that stand beside one another: in a call or a literal, as its fields zh and en, or in what
// is assigned or returned.
func pairs(file *ast.File, f func(zh, en string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		var all []ast.Expr
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); !ok || s.Sel.Name != "Replace" && s.Sel.Name != "NewReplacer" {
				all = n.Args
			}
		case *ast.CompositeLit:
			if list, ok := n.Type.(*ast.ArrayType); !ok || list.Len != nil {
				all = n.Elts
			}
		case *ast.AssignStmt:
			all = n.Rhs
		case *ast.ReturnStmt:
			all = n.Results
		}
		for i := range max(len(all), 1) - 1 {
			first, named := all[i].(*ast.KeyValueExpr)
			second, both := all[i+1].(*ast.KeyValueExpr)
			switch {
			case !named:
				if zh, en := said(all[i]), said(all[i+1]); han.MatchString(zh) && en != "" {
					f(zh, en)
				}
			case both && isCalled(first, "zh") && isCalled(second, "en") && said(first.Value) != "":
				f(said(first.Value), said(second.Value))
			}
		}
		return true
	})
}

func isCalled(field *ast.KeyValueExpr, name string) bool {
	key, ok := field.Key.(*ast.Ident)
	return ok && strings.EqualFold(key.Name, name)
}

// said returns a text that is written out, in one piece or several, or the format of one that is made of it; "" for any other.
func said(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.BinaryExpr:
		if a, b := said(e.X), said(e.Y); a != "" && b != "" {
			return a + b
		}
	case *ast.CallExpr:
		if s, ok := e.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == "Sprintf" {
			return said(e.Args[0])
		}
	}
	return ""
}

// ofOneLanguage are files in which Chinese texts stand beside one another.
var ofOneLanguage = map[string]string{
	"internal/demo/usual.go":         "made-up answers",
	"internal/dedup/columns.go":      "headers of lists",
	"internal/dataset/riskreport.go": "the whole in one language, then in the other",
}

// TestTextsAreOfTheirLanguage holds that of two texts beside one another the first is Chinese, the second is not, and that both are given
// the same.
func TestTextsAreOfTheirLanguage(t *testing.T) {
	texts := 0
	for _, dir := range []string{"collections", "commands", "hooks", "internal"} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			name := filepath.ToSlash(path)
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") ||
				notRead[name] != "" || ofOneLanguage[name] != "" {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			pairs(file, func(zh, en string) {
				if texts++; !han.MatchString(zh) || han.MatchString(en) || !slices.Equal(arguments(zh), arguments(en)) {
					t.Errorf("%s: %q and %q", path, zh, en)
				}
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if texts < 500 {
		t.Errorf("only %d pairs were looked at", texts)
	}
}
