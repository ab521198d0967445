package hooks_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pocketbase/pocketbase/core"

	"doorstep/internal/corpora"
	"doorstep/internal/testapp"
)

// TestSchemaIsTheGoldenOne pins every collection that an installation has after its first start: fields with their
// types and options, indexes, rules. A change of the schema shows in the diff of one file.
func TestSchemaIsTheGoldenOne(t *testing.T) {
	t.Parallel()
	corpora.Golden(t, "testdata/schema.golden.txt", schema(t, testapp.New(t)))
}

func schema(t *testing.T, app *testapp.App) string {
	t.Helper()
	all, err := app.FindAllCollections()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b *core.Collection) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, c := range all {
		if strings.HasPrefix(c.Name, "_") {
			continue // PocketBase's own
		}
		fmt.Fprintf(&b, "%s (%s)\n", c.Name, c.Type)
		for _, r := range []struct {
			name string
			rule *string
		}{{"list", c.ListRule}, {"view", c.ViewRule}, {"create", c.CreateRule}, {"update", c.UpdateRule}, {"delete", c.DeleteRule}} {
			if r.rule != nil {
				fmt.Fprintf(&b, "  %s: %s\n", r.name, *r.rule)
			}
		}
		for _, f := range c.Fields {
			fmt.Fprintf(&b, "  %s\n", field(t, app, f))
		}
		for _, index := range c.Indexes {
			fmt.Fprintf(&b, "  %s\n", index)
		}
		if c.IsView() {
			fmt.Fprintf(&b, "  %s\n", strings.Join(strings.Fields(c.ViewQuery), " "))
		}
	}
	return b.String()
}

// field is name, type, and every option that is set. Ids are made anew by every installation.
func field(t *testing.T, app *testapp.App, f core.Field) string {
	t.Helper()
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var options map[string]any
	if err := json.Unmarshal(raw, &options); err != nil {
		t.Fatal(err)
	}
	if id, ok := options["collectionId"].(string); ok {
		c, err := app.FindCollectionByNameOrId(id)
		if err != nil {
			t.Fatal(err)
		}
		options["collectionId"] = c.Name
	}
	var set []string
	for name, value := range options {
		if s := fmt.Sprint(value); name != "id" && name != "name" && name != "type" && s != "" && s != "0" && s != "false" && s != "[]" && s != "<nil>" {
			set = append(set, name+"="+s)
		}
	}
	slices.Sort(set)
	return strings.TrimSpace(f.GetName() + " " + f.Type() + " " + strings.Join(set, " "))
}
