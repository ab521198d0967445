package hooks_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"doorstep/internal/testapp"
)

const (
	gridA = "990101001001001"
	gridB = "990101001001002"
	gridC = "990102001001001"
)

type receipt struct {
	Seq         int64
	ID, Status  string
	Was         string
	Rev         int64
	Area        string
	AreaMethod  string `json:"area_method"`
	ReviewState string `json:"review_state"`
	Household   string
	Persons     []string
	Issues      []struct{ Code, Field, Severity string }
	Duplicates  []struct{ ID, Kind, Rule string }
	Conflicts   []string
	Code        string
}

func (r receipt) has(code string) bool {
	for _, i := range r.Issues {
		if i.Code == code {
			return true
		}
	}
	return false
}

// child is one child's answers; more are merged in.
func child(name, number, birth string, more map[string]any) map[string]any {
	c := map[string]any{"child_risk": map[string]any{"immediate_danger": "no"}, "child_basic": map[string]any{
		"child_name": name, "child_name_kind": "registered", "child_sex": "male", "child_birth_date": birth, "child_id_type": "id_card", "child_id_number": number,
	}}
	for k, v := range more {
		c[k] = v
	}
	return c
}

func childVisit(point, address string, children ...map[string]any) map[string]any {
	return map[string]any{
		"start": "2026-11-23T09:00:00.000+08:00", "end": "2026-11-23T09:30:00.000+08:00", "today": "2026-11-23",
		"visit":     map[string]any{"contact_method": "household_visit", "attempt": 1, "outcome": "1.2", "consent": "oral", "informant_relation": "mother", "location": point},
		"household": map[string]any{"address": address, "residents": 4, "children_count": len(children)},
		"children":  children,
	}
}

func operation(seq int, id string, answers map[string]any) map[string]any {
	return map[string]any{"seq": seq, "op": "submit", "id": id, "form": "child_visit", "answers": answers}
}

func push(t *testing.T, c *testapp.Client, ops ...map[string]any) []receipt {
	t.Helper()
	var out struct{ Results []receipt }
	c.Want(http.StatusOK, http.MethodPost, "/api/sync/v1/push", map[string]any{"operations": ops}, &out)
	if len(out.Results) != len(ops) {
		t.Fatalf("%d receipts for %d operations", len(out.Results), len(ops))
	}
	return out.Results
}

type page struct {
	Epoch, Cursor string
	More, Reset   bool
	Changes       []struct {
		Collection, ID, Op string
		Rev                int64
		Data               json.RawMessage
	}
}

func pull(t *testing.T, c *testapp.Client, cursor string) (all page) {
	t.Helper()
	for range 1000 {
		var p page
		c.Want(http.StatusOK, http.MethodGet, "/api/sync/v1/pull?limit=100&cursor="+cursor, nil, &p)
		all.Changes = append(all.Changes, p.Changes...)
		cursor, all.Cursor, all.Epoch = p.Cursor, p.Cursor, p.Epoch
		all.Reset = all.Reset || p.Reset
		if !p.More {
			return all
		}
	}
	t.Fatal("the pages do not end")
	return all
}

// Synthetic numbers of a division that was never assigned.
const number1 = "990000201503010017"

func TestLifeOfAVisit(t *testing.T) {
	t.Parallel()
	app := testapp.New(t)
	defer app.Shaped(t)
	app.City(t)
	server := app.Serve(t)
	worker := app.Worker(t, "F1", "field", "990101001001")
	other := app.Worker(t, "F2", "field", "990101001001")
	boss := app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	neighbour := app.Client(t, server, app.Worker(t, "S2", "supervisor", "990102"))
	tablet, tablet2 := app.Client(t, server, worker).Register(), app.Client(t, server, other).Register()

	first := pull(t, tablet, "")
	if !first.Reset {
		t.Error("the first pull does not reset")
	}
	seen := map[string]int{}
	for _, ch := range first.Changes {
		seen[ch.Collection]++
	}
	if seen["forms"] != 2 || seen["areas"] != 6 {
		t.Errorf("first pull holds %v", seen)
	}

	id := uuid.NewString()
	answers := childVisit(testapp.Inside(gridA), "示例路 1 号 101", child("王小明", number1, "2015-03-01", nil))
	got := push(t, tablet, operation(1, id, answers))[0]
	if got.Status != "stored" || got.Area != gridA || got.AreaMethod != "gps" || got.Rev != 1 || got.Household == "" || len(got.Persons) != 1 {
		t.Fatalf("receipt %+v", got)
	}
	if got.ReviewState != "received" || len(got.Issues) != 1 || !got.has("cn_id.division") {
		t.Errorf("a good visit has more issues than the unassigned division: %+v", got.Issues)
	}
	if again := push(t, tablet, operation(1, id, answers))[0]; again.Status != "unchanged" || again.Was != "stored" || again.Area != gridA {
		t.Errorf("repeated push: %+v", again)
	}

	twice := push(t, tablet2, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridB), "示例路 9 号", child("王晓明", number1, "2015-03-01", nil))))[0]
	if len(twice.Duplicates) != 1 || twice.Duplicates[0].Rule != "same_id_number" || twice.Persons[0] != got.Persons[0] {
		t.Errorf("the same child under a homophone: %+v", twice)
	}
	wrong := push(t, tablet, operation(2, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 2 号", child("李四", "990000201503010018", "2015-03-01", nil))))[0]
	if wrong.Status != "stored" || !wrong.has("cn_id.checksum") {
		t.Errorf("a wrong number: %+v", wrong)
	}

	record := "/api/doorstep/v1/records/child_visits/" + id
	if status, _ := neighbour.Do(http.MethodPost, record+"/review", map[string]any{"decision": "approve"}); status != http.StatusNotFound {
		t.Errorf("a neighbouring supervisor got %d", status)
	}
	if status, _ := boss.Do(http.MethodPost, record+"/review", map[string]any{"decision": "return"}); status != http.StatusBadRequest {
		t.Errorf("return without a comment got %d", status)
	}
	boss.Want(http.StatusOK, http.MethodPost, record+"/review", map[string]any{"decision": "return", "comment": "门牌号请核对"}, nil)
	delta := pull(t, tablet, first.Cursor)
	var back struct {
		ReviewState string `json:"review_state"`
		Comment     string
		Answers     map[string]any
	}
	task, rev := false, int64(0)
	for _, ch := range delta.Changes {
		task = task || ch.Collection == "tasks"
		if ch.ID == id {
			rev = ch.Rev
			if err := json.Unmarshal(ch.Data, &back); err != nil {
				t.Fatal(err)
			}
		}
	}
	if back.ReviewState != "returned" || back.Comment != "门牌号请核对" || !task || rev != 2 {
		t.Fatalf("returned record: %+v, task %v, rev %d", back, task, rev)
	}
	back.Answers["household"].(map[string]any)["address"] = "示例路 1 号 102"
	correction := operation(3, id, back.Answers)
	correction["base_rev"] = rev
	corrected := push(t, tablet, correction)[0]
	if corrected.Status != "stored" || corrected.Rev != 3 || corrected.ReviewState != "edited" || len(corrected.Duplicates) != 0 {
		t.Fatalf("correction: %+v", corrected)
	}
	var history struct {
		Items []struct{ Kind, Field, Decision, Before, After string }
	}
	boss.Want(http.StatusOK, http.MethodGet, record+"/history", nil, &history)
	if len(history.Items) != 2 || history.Items[0].Decision != "return" || history.Items[1].Field != "household/address" || history.Items[1].After != "示例路 1 号 102" {
		t.Errorf("history %+v", history)
	}
	boss.Want(http.StatusOK, http.MethodPost, record+"/review", map[string]any{"decision": "approve", "rev": 3}, nil)

	for table, want := range map[string]int{"child_visits": 3, "child_visit_children": 3, "persons": 2, "households": 3, "duplicates": 1, "submissions": 4} {
		if n, err := app.CountRecords(table); err != nil || int(n) != want {
			t.Errorf("%s holds %d rows (%v), want %d", table, n, err, want)
		}
	}
}
