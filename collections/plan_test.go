package collections_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// A look-up that reads a whole table is quick in every test and slow in every city.
func TestTransactionsOfAPushReadNoWholeTable(t *testing.T) {
	app := testapp.New(t)
	app.City(t)
	tablet := app.Client(t, app.Serve(t), app.Worker(t, "F1", "field", "990101001001")).Register()
	id := uuid.NewString()
	for i, op := range []map[string]any{visitOf(id, "王小明"), visitOf(uuid.NewString(), "王小明"), visitOf(id, "王小红"), {"op": "household", "id": uuid.NewString(), "answers": map[string]any{"address": "示例路 1 号", "house_code": "1"}}} {
		op["seq"] = i + 1
		tablet.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{op}}, nil)
	}
	asked := collections.Prepared(t, app.TestApp)
	if len(asked) < 25 {
		t.Fatalf("only %d statements: the push did not get far", len(asked))
	}
	for _, query := range asked {
		if strings.Contains(query, "`") || strings.HasSuffix(query, "ORDER BY seq DESC LIMIT 1") {
			continue // PocketBase's own, or the last entry of an index
		}
		if strings.HasSuffix(query, "FROM second_factors") || strings.HasPrefix(query, "SELECT id, password FROM") {
			continue // all accounts, when the program starts
		}
		if !strings.Contains(query, "SELECT") && !strings.Contains(query, "WHERE") {
			continue
		}
		for _, step := range plan(t, app, query) {
			if strings.HasPrefix(step, "SCAN") && step != "SCAN CONSTANT ROW" && !strings.HasPrefix(step, "SCAN json_each") {
				t.Errorf("%s\n\t%s", query, step)
			}
		}
	}
}

func visitOf(id, name string) map[string]any {
	return map[string]any{"op": "submit", "id": id, "form": "child_visit", "answers": map[string]any{
		"visit":     map[string]any{"contact_method": "household_visit", "attempt": 1, "outcome": "1.2", "consent": "oral", "informant_relation": "mother", "location": testapp.Inside("990101001001001")},
		"household": map[string]any{"address": "示例路 1 号", "residents": 4, "children_count": 1},
		"children": []any{map[string]any{"child_risk": map[string]any{"immediate_danger": "no"}, "child_basic": map[string]any{
			"child_name": name, "child_name_kind": "registered", "child_sex": "male", "child_birth_date": "2015-03-01", "child_id_type": "id_card", "child_id_number": "990000201503010017",
		}}},
	}}
}

func plan(t *testing.T, app *testapp.App, query string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = ""
	}
	err := collections.Each(collections.Read(app.TestApp), "EXPLAIN QUERY PLAN "+query, args, func(rows *sql.Rows) error {
		var id, parent, unused int
		var step string
		err := rows.Scan(&id, &parent, &unused, &step)
		steps = append(steps, step)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return steps
}
