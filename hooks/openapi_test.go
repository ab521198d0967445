package hooks_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"doorstep/internal/access"
	"doorstep/internal/problem"
	"doorstep/internal/server"
	"doorstep/internal/testapp"
)

// Routes of the framework's that are documented.
const (
	signInPath = "/api/collections/workers/auth-with-password"
	accounts   = "/api/collections/workers/records"
)

// callers is what the table of access says of an action, by role.
func callers(do access.Action) object {
	words := map[access.Where]string{access.Own: "own", access.Here: "here", access.Around: "around", access.Anywhere: "anywhere", access.Whole: "whole"}
	out := object{}
	for role, where := range access.Table[do] {
		out[string(role)] = words[where]
	}
	return out
}

// sortsOf are the orders that an operation documents, the usual one first.
func (c contract) sortsOf(op object) []string {
	all, _ := op["parameters"].([]any)
	for _, one := range all {
		p := c.resolve(one)
		if schema, ok := p["schema"].(object); ok && p["name"] == "sort" {
			sorts := texts(schema["enum"])
			if len(sorts) == 0 || schema["default"] != sorts[0] {
				return []string{"no default"}
			}
			return sorts
		}
	}
	return nil
}

// TestOpenAPIHasTheRoutes holds docs/openapi.yaml against the table of routes, both ways.
func TestOpenAPIHasTheRoutes(t *testing.T) {
	t.Parallel()
	c := readContract(t)
	want := map[string]bool{http.MethodPost + " " + signInPath: true, http.MethodPost + " " + accounts: true, http.MethodPatch + " " + accounts + "/{id}": true}
	for _, r := range server.Routes {
		want[r.Method+" "+r.Path] = true
		op := c.operation(r.Method, r.Path)
		if op == nil {
			t.Errorf("%s %s is not documented", r.Method, r.Path)
			continue
		}
		if op["x-action"] != string(r.Do) {
			t.Errorf("%s %s: x-action %v, want %s", r.Method, r.Path, op["x-action"], r.Do)
		}
		if got := c.sortsOf(op); !slices.Equal(got, r.Sorts) {
			t.Errorf("%s %s: sorts %v, want %v", r.Method, r.Path, got, r.Sorts)
		}
		if got, want := fmt.Sprint(op["x-callers"]), fmt.Sprint(callers(r.Do)); got != want {
			t.Errorf("%s %s: x-callers %s, want %s", r.Method, r.Path, got, want)
		}
	}
	for path, methods := range c.root["paths"].(object) {
		for method := range methods.(object) {
			if !want[strings.ToUpper(method)+" "+path] {
				t.Errorf("%s %s is documented and does not exist", method, path)
			}
		}
	}
}

// TestOpenAPIIsWholeInItself looks at path parameters, problem codes, ids of operations and every example.
func TestOpenAPIIsWholeInItself(t *testing.T) {
	t.Parallel()
	c := readContract(t)
	ids := map[any]bool{}
	for path, methods := range c.root["paths"].(object) {
		for method, node := range methods.(object) {
			name, op := method+" "+path, node.(object)
			if id := op["operationId"]; id == nil || ids[id] {
				t.Errorf("%s: operationId %v is missing or used twice", name, id)
			}
			ids[op["operationId"]] = true
			for _, code := range append(texts(op["x-problems"]), texts(c.root["x-problems-everywhere"])...) {
				if _, ok := problem.Catalogue[problem.Code(code)]; !ok {
					t.Errorf("%s: no problem %s", name, code)
				}
			}
			if got, want := c.pathParameters(op), placeholders(path); !slices.Equal(got, want) {
				t.Errorf("%s: path parameters %v, want %v", name, got, want)
			}
			c.checkExamples(t, name, op)
		}
	}
}

func (c contract) pathParameters(op object) (names []string) {
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		if p := c.resolve(p); p["in"] == "path" {
			names = append(names, fmt.Sprint(p["name"]))
		}
	}
	slices.Sort(names)
	return names
}

// queryParameters are the names of what an operation may be asked in its query.
func (c contract) queryParameters(op object) (names []string) {
	all, _ := op["parameters"].([]any)
	for _, p := range all {
		if o := c.resolve(p); o["in"] == "query" {
			names = append(names, fmt.Sprint(o["name"]))
		}
	}
	return names
}

func placeholders(path string) (names []string) {
	for _, step := range strings.Split(path, "/") {
		if strings.HasPrefix(step, "{") {
			names = append(names, strings.Trim(step, "{}"))
		}
	}
	slices.Sort(names)
	return names
}

func (c contract) checkExamples(t *testing.T, name string, op object) {
	t.Helper()
	bodies := []any{at(op, "requestBody")}
	responses, _ := op["responses"].(object)
	for _, status := range slices.Sorted(maps.Keys(responses)) {
		bodies = append(bodies, c.resolve(responses[status]))
	}
	for _, body := range bodies {
		media, ok := at(body, "content", "application/json").(object)
		if !ok {
			continue
		}
		if media["schema"] == nil {
			t.Errorf("%s: a body without a schema", name)
		}
		if example, ok := media["example"]; ok {
			for _, wrong := range c.misfits("example", media["schema"], example) {
				t.Errorf("%s: %s", name, wrong)
			}
		}
	}
}

// TestSyncExamplesFitTheContract holds the JSON blocks of docs/sync.md against the schemas that their fences name.
func TestSyncExamplesFitTheContract(t *testing.T) {
	t.Parallel()
	c := readContract(t)
	raw, err := os.ReadFile("../docs/sync.md")
	if err != nil {
		t.Fatal(err)
	}
	library := testapp.New(t).Doorstep.Library
	blocks := strings.Split(string(raw), "```json ")[1:]
	if len(blocks) < 5 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, block := range blocks {
		name, rest, _ := strings.Cut(block, "\n")
		body, _, closed := strings.Cut(rest, "```")
		if !closed {
			t.Fatalf("the example of %s does not end", name)
		}
		for _, wrong := range c.misfits(name, at(c.root, "components", "schemas", name), decodeJSON(t, []byte(body))) {
			t.Error(wrong)
		}
		for _, form := range regexp.MustCompile(`"form_id":"(\w+)","version":"(\d+)".*?"md5":"(\w+)"`).FindAllStringSubmatch(body, -1) {
			if in, _ := library.Newest(form[1]); in.Version != form[2] || in.MD5 != form[3] {
				t.Errorf("%s names %v; shipped are version %s and md5 %s", name, form[1:], in.Version, in.MD5)
			}
		}
	}
}
