package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	routes "doorstep/internal/server"
)

// unasked are the reads that no operation asks for, and why.
var unasked = map[string]string{
	"/api/sync/v1/digest":                              "kept, and compared by a tablet that pulls",
	"/api/sync/v1/repair":                              "pull_page reads the same rows",
	"/api/sync/v1/forms/{form}/{version}":              "in memory",
	"/api/doorstep/v1/quarantine/{id}":                 "one row by its key",
	"/api/doorstep/v1/quarantine/{id}/alike":           "these cities hold nothing that is alike",
	"/api/doorstep/v1/attachments/{id}":                "a file",
	"/api/doorstep/v1/break-glass/{id}":                "one row by its key",
	"/api/doorstep/v1/audit":                           "from end to end, by operators",
	"/api/doorstep/v1/forms/{form}/{version}":          "in memory",
	"/api/doorstep/v1/forms/{form}/{version}/workbook": "a file",
	"/api/doorstep/v1/forms/{form}/points":             "in memory",
	"/api/doorstep/v1/backups":                         "operators alone",
	"/api/doorstep/v1/backups/{name}":                  "a file",
	"/api/doorstep/v1/areas/{code}/history":            "these cities have had no change of areas",
	"/api/doorstep/v1/area-jobs/{id}":                  "the same",
	"/api/doorstep/v1/area-jobs/{id}/outlines":         "the same",
	"/api/doorstep/v1/area-jobs/{id}/moves":            "the same",
	"/api/doorstep/v1/workers/{id}/day":                "one worker's day, along the index of workers",
	"/api/doorstep/v1/tiles/{z}/{x}/{y}":               "outlines_city reads the same outlines",
	"/api/doorstep/v1/base-map":                        "in memory",
	"/api/doorstep/v1/base-map/{z}/{x}/{y}":            "a picture from elsewhere",
	"/api/doorstep/v1/jobs/{id}":                       "one row by its key",
	"/api/doorstep/v1/jobs/{id}/file":                  "a file",
}

// Every read has an operation or a reason. What is asked for is read from the sources: a text, or texts and values that are joined.
func TestEveryReadIsAskedForOrHasAReason(t *testing.T) {
	asked := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			expr, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text, joined := pathOf(expr)
			if path, _, _ := strings.Cut(text, "?"); strings.HasPrefix(path, "/") {
				if strings.HasSuffix(path, "/") {
					path += "{}" // an id is joined to it elsewhere
				}
				asked[path], asked["/api/doorstep/v1"+path] = true, true
			}
			return !joined
		})
	}
	left := maps.Clone(unasked)
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	for _, r := range routes.Routes {
		if r.Method != http.MethodGet {
			continue
		}
		pattern := regexp.MustCompile(`^` + placeholder.ReplaceAllString(r.Path, `[^/]+`) + `$`)
		found := false
		for path := range asked {
			found = found || pattern.MatchString(path)
		}
		if _, reason := unasked[r.Path]; found == reason {
			t.Errorf("%s is asked for: %v, has a reason why not: %v", r.Path, found, reason)
		}
		delete(left, r.Path)
	}
	for path := range left {
		t.Errorf("%s is no route", path)
	}
}

// pathOf is a text, with {} for each value that is joined to it; joined is true where there are several parts.
func pathOf(e ast.Expr) (text string, joined bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ = strconv.Unquote(e.Value) // "" of a number
		return text, false
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			before, _ := pathOf(e.X)
			after, _ := pathOf(e.Y)
			return before + after, true
		}
	}
	return "{}", false
}
