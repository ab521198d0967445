package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// exported are the names that our packages export, as package.Name, each with those of its package that its declaration names.
type exported map[string][]string

// TestExportedNamesAreUsedElsewhere: what a package exports some other one names, or it stands in the declaration of such a name, or in
// one list of constants with it.
func TestExportedNamesAreUsedElsewhere(t *testing.T) {
	names, used := exported{}, []string{}
	eachSource(t, func(dir, file string, f *ast.File) {
		test := strings.HasSuffix(file, "_test.go")
		if !test && (strings.HasPrefix(dir, "internal/") || strings.HasPrefix(dir, "collections") || dir == "hooks" || dir == "commands") {
			names.declare(dir, f)
		}
		used = append(used, namedIn(dir, f)...)
	})
	if len(names) < 500 || len(used) < 5000 {
		t.Fatalf("the walk found %d names and %d uses", len(names), len(used))
	}
	for seen := map[string]bool{}; len(used) > 0; {
		name := used[0]
		used = used[1:]
		if !seen[name] {
			seen[name] = true
			used = append(used, names[name]...)
			delete(names, name)
		}
	}
	for name := range names {
		t.Errorf("%s is used in its own package alone", name)
	}
}

// eachSource visits our Go files with the folders that they lie in.
func eachSource(t *testing.T, visit func(dir, file string, f *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && file != "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules") {
			return fs.SkipDir
		}
		if e.IsDir() || filepath.Ext(file) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err == nil {
			visit(filepath.ToSlash(filepath.Dir(file)), file, f)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// namedIn are the names of our packages that a file uses, but for those of its own package.
func namedIn(dir string, f *ast.File) (used []string) {
	from := map[string]string{}
	for _, i := range f.Imports {
		whole, _ := strconv.Unquote(i.Path.Value)
		pkg, ours := strings.CutPrefix(whole, "doorstep/")
		name := path.Base(pkg)
		if i.Name != nil {
			name = i.Name.Name
		}
		if ours && (pkg != dir || strings.HasSuffix(f.Name.Name, "_test")) {
			from[name] = pkg
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && from[x.Name] != "" {
				used = append(used, from[x.Name]+"."+s.Sel.Name)
			}
		}
		return true
	})
	return used
}

// declare adds what a file exports.
func (e exported) declare(dir string, f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			on := d.Name.Name
			if d.Recv != nil {
				on = receiver(d)
			}
			if d.Name.IsExported() && ast.IsExported(on) {
				e.add(dir, on, d.Type)
			}
		case *ast.GenDecl:
			var group []string
			for _, s := range d.Specs {
				group = append(group, e.spec(dir, s)...)
			}
			for _, name := range group {
				if d.Tok == token.CONST {
					e[name] = append(e[name], group...)
				}
			}
		}
	}
}

// spec adds types, variables or constants, and returns their names.
func (e exported) spec(dir string, s ast.Spec) (names []string) {
	switch s := s.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			e.add(dir, s.Name.Name, s.Type)
		}
	case *ast.ValueSpec:
		types := []ast.Expr{s.Type}
		for _, v := range s.Values {
			if list, ok := v.(*ast.CompositeLit); ok {
				types = append(types, list.Type)
			}
		}
		for _, name := range s.Names {
			if name.IsExported() {
				names = append(names, dir+"."+name.Name)
				e.add(dir, name.Name, types...)
			}
		}
	}
	return names
}

// add adds a name with those that stand in types of its declaration. Of a struct the fields count that are exported.
func (e exported) add(dir, name string, types ...ast.Expr) {
	key := dir + "." + name
	e[key] = append(e[key], key)
	for _, t := range types {
		if t == nil {
			continue
		}
		ast.Inspect(t, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				e[key] = append(e[key], dir+"."+n.Name)
			case *ast.StructType:
				for _, field := range n.Fields.List {
					if len(field.Names) == 0 || slices.ContainsFunc(field.Names, (*ast.Ident).IsExported) {
						e.add(dir, name, field.Type)
					}
				}
				return false
			}
			return true
		})
	}
}

func receiver(d *ast.FuncDecl) string {
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
