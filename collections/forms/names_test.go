package forms_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"doorstep/internal/validate"
)

// Names that the program has of its own: columns of the registers and of every record, what a tablet notes by itself, rules.
var ownNames = strings.Fields(`address area_code audit children closing cluster deviceid end guardian_age guardian_name head_name house_code household household_phone
	location needs notice outcome person photo residents risk_grade risk_points sample_id seen start stratum today username visit`)

// The program names no question of the shipped forms: what is graded, reported and followed up is declared in the form. The items
// and facts of GB/T 42195 are the standard's, which a form takes with the rule ability_score.
func TestNoQuestionIsNamedInGo(t *testing.T) {
	own := append(slices.Clone(ownNames), "coma", "dementia", "mental_disorder", "care_risk_events")
	for _, part := range validate.GBT42195().Parts {
		for _, item := range part.Items {
			own = append(own, item.Name)
		}
	}
	names := map[string]bool{}
	for _, file := range []string{"child_visit.csv", elderly} {
		for name := range questions(t, read(t, file)) {
			names[name] = name != "" && !slices.Contains(own, name)
		}
	}
	fillers := []string{"internal/demo", "internal/simulate", "internal/seed", "internal/testapp"} // they answer the shipped forms
	seen := 0
	root := os.DirFS("../..")
	for _, folder := range []string{"internal", "hooks", "collections", "commands"} {
		err := fs.WalkDir(root, folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || slices.ContainsFunc(fillers, func(f string) bool { return strings.HasPrefix(path, f+"/") }) {
				return err
			}
			raw, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, raw, 0)
			if err != nil {
				return err
			}
			seen++
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && names[text] {
						t.Errorf("%s names the question %s", path, text)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 200 || len(names) < 300 {
		t.Errorf("%d files, %d names", seen, len(names))
	}
}
