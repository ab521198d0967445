package hooks_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// keptAside are the rows that an operation leaves which could not be stored: what arrived, with its files, its report, and the contact of
// its device.
var keptAside = regexp.MustCompile(`^((submissions|attachments|tasks|outbox) \S+ came|devices .*|app_tokens \S+ last_used)$`)

// foreseen are the look-ups of a batch, instead of which each operation looks for itself, and the epoch of the answer to what is stored.
var foreseen = regexp.MustCompile(`SELECT value FROM meta|SELECT COALESCE\(MAX\(seq\),0\) FROM submissions|IN \(SELECT value FROM json_each\(\?\)\)`)

// TestAnOperationThatFailsStoresNothing pushes each of some operations again and again, while each time another statement of the
// database fails: whichever it is, nothing is said to be stored, and no record, household or person has moved.
func TestAnOperationThatFailsStoresNothing(t *testing.T) {
	t.Parallel()
	c := newCrew(t, `{"attempts":9,"days":2}`)
	tablet := c.field[0]
	at, id := testapp.Inside(gridA), uuid.NewString()
	first := kid("钱大一", "2014-01-02", "male")
	second := child("王小明", number1, "2015-03-01", map[string]any{"child_risk": map[string]any{"immediate_danger": "yes", "danger_action": []string{"police"}}})
	visit := func(seq int, id string, children ...map[string]any) map[string]any {
		return operation(seq, id, childVisit(at, "示例路 1 号", children...))
	}
	var house string
	for _, step := range []struct {
		name string
		op   func() map[string]any
	}{
		{"a visit", func() map[string]any { return visit(1, id, first) }},
		{"a correction with a report", func() map[string]any { return based(visit(2, id, second, first), 1) }},
		{"a correction of an old revision", func() map[string]any { return based(visit(3, id, kid("钱大一", "2014-01-02", "female")), 1) }},
		{"a household", func() map[string]any {
			return map[string]any{"seq": 4, "op": "household", "id": house, "base_rev": 1, "answers": map[string]any{"address": "示例路 9 号"}}
		}},
		{"a visit of a household", func() map[string]any {
			op := visit(5, uuid.NewString(), first)
			op["answers"].(map[string]any)["household"].(map[string]any)["household_id"] = house
			return op
		}},
	} {
		t.Run(step.name, func(t *testing.T) {
			op := step.op()
			c.failsWhole(t, tablet, op)
			if house == "" {
				house = list(t, collections.Read(c.TestApp), `SELECT household FROM child_visits WHERE id='`+id+`'`)[0]
			}
		})
	}
}

// failsWhole pushes an operation while one statement after the other fails, and at last while none does.
func (c *crew) failsWhole(t *testing.T, tablet *testapp.Client, op map[string]any) {
	t.Helper()
	before, aside := c.Picture(t), 0
	for n := 1; ; n++ {
		var status int
		var answer []byte
		failed := c.Failing(n, func(query string) bool { return isSpared(query) || foreseen.MatchString(query) }, func() {
			status, answer = tablet.Do(http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": []any{op}})
		})
		var out struct{ Results []receipt }
		if err := json.Unmarshal(answer, &out); err != nil {
			t.Fatal(err)
		}
		stored := status == http.StatusOK && (len(out.Results) != 1 || out.Results[0].Status != "quarantined")
		if failed == "" {
			if !stored {
				t.Fatalf("%d %s", status, answer)
			}
			if t.Logf("%d statements", n/2); aside == 0 {
				t.Error("nothing was kept aside")
			}
			return
		}
		if stored {
			t.Fatalf("%d %s, though this failed: %s", status, answer, failed)
		}
		kept := status == http.StatusOK && len(out.Results) == 1
		if movedAside(t, c.App, before, kept, failed); kept {
			aside++
		}
		clearAside(t, c.App)
	}
}

// movedAside fails the test where something has moved since a picture but what is kept aside, and where what is said to be kept is not.
func movedAside(t *testing.T, app *testapp.App, before testapp.Picture, kept bool, failed string) {
	t.Helper()
	for _, line := range app.Moved(t, before) {
		if !keptAside.MatchString(line) {
			t.Errorf("%s, though this failed: %s", line, failed)
		}
	}
	const aside = `SELECT 1 FROM submissions WHERE code='server.internal' AND sealed!='' LIMIT 1`
	if rows := list(t, collections.Read(app.TestApp), aside); kept && len(rows) == 0 {
		t.Errorf("it is said to be kept and is not, though this failed: %s", failed)
	}
}

// clearAside takes away what was kept of an operation that could not be stored, so that its repetition is looked at anew.
func clearAside(t *testing.T, app *testapp.App) {
	t.Helper()
	if err := collections.Write(t.Context(), app.TestApp, func(db collections.DB) error {
		for _, query := range []string{
			`DELETE FROM tasks WHERE record IN (SELECT id FROM submissions WHERE code='server.internal')`,
			`DELETE FROM attachments WHERE record IN (SELECT id FROM submissions WHERE code='server.internal')`,
			`DELETE FROM submissions WHERE code='server.internal'`,
		} {
			if _, err := db.Exec(query); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
