package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// again are the functions whose files need not survive a power cut, and why.
var again = map[string]string{
	"backup pack":           "in a work folder",
	"blob dropOne":          "what is set aside is looked at again",
	"blob incoming":         "who calls it keeps the file",
	"commands downloadForm": "can be written again",
	"commands sheet":        "can be written again",
	"commands convertForm":  "can be written again",
	"corpora remembered":    "can be written again",
	"datafolder Hold":       "a lock",
	"dedup writeFile":       "can be written again",
	"export Create":         "can be written again",
	"export Commit":         "can be written again",
	"upload NewUpload":      "a tablet goes on where the file ends",
	"upload WriteChunk":     "a tablet goes on where the file ends",
	"upload describe":       "a tablet begins again where it cannot be read",
	"upload create":         "in a work folder",
}

// lasting are the functions whose files and names survive a power cut, and by what.
var lasting = []string{
	"backup Make: disk.Rename", "backup Run: disk.Rename", "backup fill: disk.Keep", "backup unpack: disk.SyncFolder",
	"backup writeFile: disk.Keep", "blob resealOne: disk.Keep", "blob resealOne: disk.Rename", "blob save: disk.Keep",
	"blob settle: disk.SyncFolder", "commands keepPasswords: disk.Keep", "datafolder Write: disk.Replace",
	"disk Rename: disk.SyncFolder", "disk Replace: disk.Keep", "disk Replace: disk.Rename", "seal Create: disk.Keep",
	"seal Create: disk.SyncFolder", "seal Replace: disk.Replace",
}

// beginnings are the calls and flags by which a file is begun.
var beginnings = []string{"os.Create", "os.CreateTemp", "os.WriteFile", "os.O_WRONLY", "os.O_CREATE", "s.incoming"}

// TestWhatIsWrittenIsKept: a function that writes a file ends it with disk.Keep, and one that names a file syncs its folder, but those of
// which a power cut may take what they write.
func TestWhatIsWrittenIsKept(t *testing.T) {
	seen := map[string]bool{}
	var kept []string
	for _, folder := range []string{"internal", "commands", "hooks", "collections"} {
		err := filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
			pkg := filepath.Base(filepath.Dir(name))
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || pkg == "testapp" {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			for _, d := range file.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				called := callsIn(pkg, fn)
				writes := slices.ContainsFunc(beginnings, func(call string) bool { return called[call] })
				lost := writes && !called["disk.Keep"] || called["os.Rename"] && !called["disk.SyncFolder"]
				if at := pkg + " " + fn.Name.Name; lost && again[at] != "" {
					seen[at] = true
				} else if lost {
					t.Errorf("%s: %s writes what a power cut may take", name, fn.Name.Name)
				}
				for call := range called {
					if slices.Contains([]string{"disk.Keep", "disk.Rename", "disk.Replace", "disk.SyncFolder"}, call) {
						kept = append(kept, pkg+" "+fn.Name.Name+": "+call)
					}
					if strings.HasSuffix(call, ".Sync") && call != "access.Sync" && pkg != "disk" {
						t.Errorf("%s: %s syncs by itself: disk.Keep does", name, fn.Name.Name)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if slices.Sort(kept); !slices.Equal(kept, lasting) {
		t.Errorf("what is written is kept by %q", kept)
	}
	for at := range again {
		if !seen[at] {
			t.Errorf("%s writes nothing, or keeps it", at)
		}
	}
}

// callsIn are what a function calls and the constants that it names, with their packages.
func callsIn(pkg string, fn *ast.FuncDecl) map[string]bool {
	all := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				all[x.Name+"."+n.Sel.Name] = true
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok {
				all[pkg+"."+f.Name] = true
			}
		}
		return true
	})
	return all
}
