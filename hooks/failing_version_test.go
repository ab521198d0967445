package hooks_test

import (
	"net/http"
	"strings"
	"testing"

	"doorstep/internal/testapp"
)

// TestARecordOfAnEarlierVersionFailsWhole reads and changes at the desk what came in a version of its form that is not the newest, while one
// statement after the other fails.
func TestARecordOfAnEarlierVersionFailsWhole(t *testing.T) {
	t.Parallel()
	app, boss, _, id, send := carersDoors(t)["native"](t)
	send(map[string]any{"age": 40, "school": "一中", "memo": "一"})
	server := app.Serve(t)
	manager, second := app.Client(t, server, app.Worker(t, "M8", "manager", "9901")), app.Client(t, server, app.Worker(t, "S8", "supervisor", "990101"))
	later := strings.NewReplacer("| carers | 1 |", "| carers | 2 |", "| text | memo | Memo |", "| text | more | More | | | |\n| | text | memo | Memo |").Replace(carersForm)
	if status, got := upload(t, manager, "carers.md", []byte(later), ""); status != http.StatusOK {
		t.Fatalf("%d %+v", status, got)
	}
	entry := entryOf(t, pastOf(t, boss, id), "school")
	path := "/api/doorstep/v1/records/carers/" + id
	for _, step := range []struct {
		who          *testapp.Client
		method, path string
		body         any
	}{
		{boss, http.MethodGet, path, nil},
		{boss, http.MethodGet, path + "/history", nil},
		{boss, http.MethodPost, path + "/put-back", map[string]any{"entry": entry, "comment": "核对过"}},
		{boss, http.MethodPost, path + "/correct", map[string]any{"answers": []any{map[string]string{"ref": "memo", "value": "二"}}, "reason": "电话向家长核实过两次"}},
		{second, http.MethodPost, path + "/review", map[string]any{"decision": "return", "comment": "请核对"}},
	} {
		_, status, answer := failsAtEach(t, app, step.method, step.path, func() (int, []byte) { return step.who.Do(step.method, step.path, step.body) })
		if status != http.StatusOK {
			t.Fatalf("%s %s: %d %s", step.method, step.path, status, answer)
		}
	}
	send(map[string]any{"age": 40, "memo": "三"})
	read := func() (int, []byte) { return boss.Do(http.MethodGet, path, nil) }
	if _, _, answer := failsAtEach(t, app, http.MethodGet, path, read); !strings.Contains(string(answer), `"changed":true`) {
		t.Errorf("nothing is told to have changed since it was returned: %s", answer)
	}
	if r := app.Find(t, "carers", id); r.GetString("school") != "一中" || r.GetString("memo") != "三" || r.GetString("form_version") != "1" {
		t.Errorf("%s %s, version %s", r.GetString("school"), r.GetString("memo"), r.GetString("form_version"))
	}
}
