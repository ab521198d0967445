package hooks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// object is a part of docs/openapi.yaml, or a JSON answer.
type object = map[string]any

// contract is docs/openapi.yaml.
type contract struct{ root object }

func readContract(t *testing.T) contract {
	t.Helper()
	raw, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c contract
	if err := yaml.Unmarshal(raw, &c.root); err != nil {
		t.Fatal(err)
	}
	return c
}

// at walks down; nil where nothing is.
func at(in any, path ...string) any {
	for _, step := range path {
		o, ok := in.(object)
		if !ok {
			return nil
		}
		in = o[step]
	}
	return in
}

func texts(list any) []string {
	var out []string
	if items, ok := list.([]any); ok {
		for _, item := range items {
			out = append(out, fmt.Sprint(item))
		}
	}
	return out
}

// resolve follows a $ref; one that leads nowhere panics, since the file is wrong then.
func (c contract) resolve(node any) object {
	o, _ := node.(object)
	ref, ok := o["$ref"].(string)
	if !ok {
		return o
	}
	found, ok := at(c.root, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...).(object)
	if !ok {
		panic(ref + " leads nowhere")
	}
	return found
}

// operation is that of a method and path, and the schema of its JSON body.
func (c contract) operation(method, path string) object {
	return c.resolve(at(c.root, "paths", path, strings.ToLower(method)))
}

// response is the one that a status gets, or the default.
func (c contract) response(op object, status int) (object, bool) {
	if r, ok := at(op, "responses", fmt.Sprint(status)).(object); ok {
		return c.resolve(r), true
	}
	if status < 400 {
		return nil, false
	}
	r := c.resolve(at(op, "responses", "default"))
	return r, r != nil
}

// misfits tells how a value differs from its schema. Every field of an object must be declared, unless the schema
// allows others in so many words.
func (c contract) misfits(where string, schema, value any) []string {
	s := c.resolve(schema)
	if s == nil {
		return []string{where + " has no schema"}
	}
	if allowed := texts(s["enum"]); allowed != nil && !slices.Contains(allowed, fmt.Sprint(value)) {
		return []string{fmt.Sprintf("%s is %v, not one of %v", where, value, allowed)}
	}
	kinds := texts(s["type"])
	if one, ok := s["type"].(string); ok {
		kinds = []string{one}
	}
	if kinds != nil && !slices.ContainsFunc(kinds, func(k string) bool { return isKind(k, value) }) {
		return []string{fmt.Sprintf("%s is a %T, not %v", where, value, kinds)}
	}
	var wrong []string
	switch v := value.(type) {
	case []any:
		for i, item := range v {
			wrong = append(wrong, c.misfits(fmt.Sprintf("%s[%d]", where, i), s["items"], item)...)
		}
	case object:
		wrong = c.misfitFields(where, s, v)
	}
	return wrong
}

func (c contract) misfitFields(where string, s, value object) []string {
	var wrong []string
	for _, name := range texts(s["required"]) {
		if _, ok := value[name]; !ok {
			wrong = append(wrong, where+" lacks "+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(value)) {
		switch declared := at(s, "properties", name); {
		case declared != nil:
			wrong = append(wrong, c.misfits(where+"."+name, declared, value[name])...)
		case at(s, "additionalProperties") != nil && s["additionalProperties"] != true:
			wrong = append(wrong, c.misfits(where+"."+name, s["additionalProperties"], value[name])...)
		case s["additionalProperties"] != true:
			wrong = append(wrong, where+"."+name+" is not declared")
		}
	}
	if shapes, ok := s["x-data-of"].(object); ok && value["data"] != nil {
		shape, ok := shapes[fmt.Sprint(value["collection"])]
		if !ok {
			shape = shapes["*"]
		}
		wrong = append(wrong, c.misfits(where+"."+fmt.Sprint(shape), at(c.root, "components", "schemas", fmt.Sprint(shape)), value["data"])...)
	}
	return wrong
}

// isKind takes values of encoding/json and of YAML.
func isKind(kind string, value any) bool {
	switch v := value.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case int:
		return kind == "integer" || kind == "number"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	case []any:
		return kind == "array"
	default:
		return kind == "object"
	}
}

func decodeJSON(t *testing.T, body []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}
