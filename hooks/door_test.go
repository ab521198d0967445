package hooks_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"doorstep/collections"
	"doorstep/internal/testapp"
)

// stage is a city with a worker's tablet and a supervisor.
func stage(t *testing.T) (app *testapp.App, tablet, boss *testapp.Client) {
	t.Helper()
	app = testapp.New(t)
	app.City(t)
	server := app.Serve(t)
	tablet = app.Client(t, server, app.Worker(t, "F1", "field", "990101001001")).Register()
	boss = app.Client(t, server, app.Worker(t, "S1", "supervisor", "990101"))
	return app, tablet, boss
}

func TestPushKeepsWhatCannotBeARecord(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	good := operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil)))
	bad := map[string]struct {
		op   map[string]any
		code string
	}{
		"unknown form":      {map[string]any{"seq": 2, "op": "submit", "id": uuid.NewString(), "form": "nobody", "answers": map[string]any{}}, "operation.unknown_form"},
		"no answers":        {map[string]any{"seq": 3, "op": "submit", "id": uuid.NewString(), "form": "child_visit"}, "operation.answers"},
		"id is no UUID":     {map[string]any{"seq": 4, "op": "submit", "id": "../etc", "form": "child_visit", "answers": map[string]any{}}, "operation.id"},
		"unknown operation": {map[string]any{"seq": 5, "op": "explode", "id": uuid.NewString()}, "operation.unknown"},
		"unknown task":      {map[string]any{"seq": 6, "op": "task", "id": uuid.NewString(), "answers": map[string]any{"status": "done"}}, "operation.unknown_task"},
		"base from nowhere": {map[string]any{"seq": 7, "op": "submit", "id": uuid.NewString(), "form": "child_visit", "base_rev": 9, "answers": good["answers"]}, "operation.unknown_base"},
		"seq is a word":     {map[string]any{"seq": "x", "op": "submit", "id": uuid.NewString()}, "operation.sequence"},
	}
	ops := []map[string]any{good}
	codes := []string{""}
	for _, c := range bad {
		ops, codes = append(ops, c.op), append(codes, c.code)
	}
	for i, r := range push(t, tablet, ops...) {
		if r.Code != codes[i] || (codes[i] == "") != (r.Status == "stored") {
			t.Errorf("operation %v: %s %s, want code %q", ops[i]["op"], r.Status, r.Code, codes[i])
		}
	}
	var held struct {
		Items []struct{ ID, Code, Raw string }
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	if len(held.Items) != len(bad) {
		t.Errorf("%d submissions in quarantine, want %d", len(held.Items), len(bad))
	}
	for _, h := range held.Items {
		if !strings.HasPrefix(h.Raw, "{") {
			t.Errorf("quarantined %s lost its bytes: %q", h.Code, h.Raw)
		}
	}
	if n, err := app.CountRecords("child_visits"); err != nil || n != 1 {
		t.Errorf("%d visits (%v), want 1", n, err)
	}
}

func TestReleaseAfterTheRecordWasAnotherWorkers(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	other := &testapp.Client{}
	*other = *tablet
	server := app.Serve(t)
	other = app.Client(t, server, app.Worker(t, "F2", "field", "990101001001")).Register()
	id := uuid.NewString()
	push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	foreign := push(t, other, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 2 号", child("王小明", number1, "2015-03-01", nil))))[0]
	if foreign.Status != "quarantined" || foreign.Code != "operation.foreign_record" {
		t.Fatalf("foreign change: %+v", foreign)
	}
	var held struct{ Items []struct{ ID string } }
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/quarantine", nil, &held)
	var released receipt
	boss.Want(http.StatusOK, http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[0].ID+"/release", nil, &released)
	if released.Status == "quarantined" {
		t.Fatalf("release: %+v", released)
	}
	if status, _ := boss.Do(http.MethodPost, "/api/doorstep/v1/quarantine/"+held.Items[0].ID+"/release", nil); status != http.StatusConflict {
		t.Errorf("second release got %d", status)
	}
}

func TestBrokenEnvelopesStoreNothing(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	cases := map[string]struct {
		change func(*testapp.Client)
		body   any
		status int
		code   string
	}{
		"not JSON":        {func(*testapp.Client) {}, []byte("{"), 400, "request.malformed"},
		"no operations":   {func(*testapp.Client) {}, map[string]any{}, 400, "request.malformed"},
		"too many":        {func(*testapp.Client) {}, map[string]any{"operations": make([]int, 501)}, 413, "request.too_large"},
		"too large":       {func(*testapp.Client) {}, []byte(`{"operations":["` + strings.Repeat("x", 9<<20) + `"]}`), 413, "request.too_large"},
		"no token":        {func(c *testapp.Client) { c.Token = "" }, map[string]any{"operations": []int{}}, 401, "auth.required"},
		"a wrong token":   {func(c *testapp.Client) { c.Token = "x.y.z" }, map[string]any{"operations": []int{}}, 401, "auth.required"},
		"another device":  {func(c *testapp.Client) { c.Device = uuid.NewString() }, map[string]any{"operations": []int{}}, 403, "device.unknown"},
		"no device named": {func(c *testapp.Client) { c.Device = "" }, map[string]any{"operations": []int{}}, 403, "device.unknown"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			client := *tablet
			c.change(&client)
			status, body := client.Do(http.MethodPost, "/api/sync/v1/push", c.body)
			if status != c.status || !strings.Contains(string(body), c.code) {
				t.Errorf("%d %s, want %d %s", status, body, c.status, c.code)
			}
		})
	}
	if n, err := app.CountRecords("submissions"); err != nil || n != 0 {
		t.Errorf("%d submissions (%v), want none", n, err)
	}
}

// Two tablets at once must give one person and one pair: the look-up and the insert are one transaction.
func TestTwoTabletsAtOnce(t *testing.T) {
	t.Parallel()
	app, _, _ := stage(t)
	server := app.Serve(t)
	const tablets = 8
	clients := make([]*testapp.Client, tablets)
	for i := range clients {
		clients[i] = app.Client(t, server, app.Worker(t, fmt.Sprintf("P%d", i), "field", "990101001001")).Register()
	}
	var wait sync.WaitGroup
	for i, c := range clients {
		wait.Go(func() {
			push(t, c, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), fmt.Sprintf("示例路 %d 号", i), child("王小明", number1, "2015-03-01", nil))))
		})
	}
	wait.Wait()
	for table, want := range map[string]int64{"persons": 1, "duplicates": tablets - 1, "child_visits": tablets} {
		if n, err := app.CountRecords(table); err != nil || n != want {
			t.Errorf("%s: %d (%v), want %d", table, n, err, want)
		}
	}
}

func TestConcurrentEditsMergeAndKeepBothValues(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	id := uuid.NewString()
	visit := func(address, head string) map[string]any {
		v := childVisit(testapp.Inside(gridA), address, child("王小明", number1, "2015-03-01", nil))
		v["household"].(map[string]any)["head_name"] = head
		return v
	}
	push(t, tablet, operation(1, id, visit("示例路 1 号", "王大明")))
	edit := func(seq int, base int, address, head string) receipt {
		op := operation(seq, id, visit(address, head))
		op["base_rev"] = base
		return push(t, tablet, op)[0]
	}
	if r := edit(2, 1, "示例路 2 号", "王大明"); r.Status != "stored" || r.Rev != 2 {
		t.Fatalf("first edit: %+v", r)
	}
	if r := edit(3, 1, "示例路 1 号", "王二明"); r.Status != "stored" || len(r.Conflicts) != 0 {
		t.Errorf("an edit of another answer: %+v", r)
	}
	r := edit(4, 1, "示例路 3 号", "王大明")
	if r.Status != "conflict" || len(r.Conflicts) != 1 || r.Conflicts[0] != "household/address" {
		t.Errorf("an edit of the same answer: %+v", r)
	}
	if r.Household == "" || len(r.Persons) != 1 {
		t.Errorf("the merge lost whom the record is about: %+v", r)
	}
	row, err := app.FindFirstRecordByData("child_visit_children", "visit", id)
	if err != nil || row.GetString("person") != r.Persons[0] {
		t.Errorf("the child's row lost its person: %v", err)
	}
	visits := app.Find(t, "child_visits", id)
	if visits.GetString("address") != "示例路 2 号" || visits.GetString("head_name") != "王二明" {
		t.Errorf("merged record: %q %q", visits.GetString("address"), visits.GetString("head_name"))
	}
	var history struct {
		Items []struct{ Kind, Before, After, Status string }
	}
	boss.Want(http.StatusOK, http.MethodGet, "/api/doorstep/v1/records/child_visits/"+id+"/history", nil, &history)
	open := 0
	for _, h := range history.Items {
		if h.Kind == "conflict" && h.Status == "open" && h.Before == "示例路 2 号" && h.After == "示例路 3 号" {
			open++
		}
	}
	if open != 1 {
		t.Errorf("history keeps %d open conflicts with both values: %+v", open, history.Items)
	}
}

func TestMandatoryReportDoesNotWaitForReview(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	defer app.Shaped(t)
	answers := childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", map[string]any{"child_risk": map[string]any{"immediate_danger": "yes", "danger_action": []string{"police"}}}))
	r := push(t, tablet, operation(1, uuid.NewString(), answers))[0]
	if !r.has("report.mandatory") {
		t.Fatalf("receipt %+v", r)
	}
	all := tasksOf(t, boss, r.ID)
	if told := reports(all); len(told) != 1 || told[0].Priority != "urgent" || len(all) != 2 || all[1].Due != "2026-11-24" {
		t.Errorf("an urgent report, and a child who is seen again within a day: %+v", all)
	}
	if n, err := app.CountRecords("outbox"); err != nil || n != 1 {
		t.Errorf("outbox %d (%v)", n, err)
	}
}

func TestDashboardDoorRefusesFieldByField(t *testing.T) {
	t.Parallel()
	app, _, _ := stage(t)
	server := app.Serve(t)
	worker := app.Client(t, server, app.Worker(t, "F7", "field", "990101001001"))
	id := uuid.NewString()
	body := map[string]any{
		"id": id, "contact_method": "household_visit", "attempt": 1, "outcome": "1.2", "consent": "oral", "informant_relation": "mother", "address": "示例路 5 号", "residents": 2, "children_count": 0,
		"household_phone": "12345", "q_location": nil,
	}
	status, answer := worker.Do(http.MethodPost, "/api/collections/child_visits/records", body)
	if status != http.StatusBadRequest || !strings.Contains(string(answer), `"household_phone"`) {
		t.Fatalf("a wrong phone: %d %s", status, answer)
	}
	if n, err := app.CountRecords("child_visits"); err != nil || n != 0 {
		t.Fatalf("%d visits after a refusal (%v)", n, err)
	}
	body["household_phone"] = "13800000000"
	worker.Want(http.StatusOK, http.MethodPost, "/api/collections/child_visits/records", body, nil)
	r, err := app.FindRecordById("child_visits", id)
	if err != nil || r.GetString("area") == "" || r.GetString("household") == "" || r.GetString("review_state") == "" || r.GetInt("rev") != 1 {
		t.Fatalf("record through the dashboard's door: %v %v", r, err)
	}
	for table, want := range map[string]int64{"child_visits": 1, "households": 1, "submissions": 1} {
		if n, err := app.CountRecords(table); err != nil || n != want {
			t.Errorf("%s: %d (%v), want %d", table, n, err, want)
		}
	}
}

// What a neighbour says of a child is a mention: the form's create_if makes no person of it.
func TestMentionsMakeNoPerson(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	answers := childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", "", "2015-03-01", nil))
	answers["visit"].(map[string]any)["contact_method"] = "neighbour_visit"
	if r := push(t, tablet, operation(1, uuid.NewString(), answers))[0]; r.Status != "stored" || len(r.Persons) != 0 {
		t.Errorf("receipt %+v", r)
	}
	if n, err := app.CountRecords("persons"); err != nil || n != 0 {
		t.Errorf("%d persons (%v), want none", n, err)
	}
}

// A row of a repeat that is edited in the dashboard goes through the same checks as the record that it belongs to.
func TestDashboardDoorChecksRows(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	id := uuid.NewString()
	push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	row, err := app.FindFirstRecordByData("child_visit_children", "visit", id)
	if err != nil {
		t.Fatal(err)
	}
	row.Set("child_id_number", "990000201503010018")
	if err := app.Save(row); err == nil || !strings.Contains(err.Error(), "child_id_number") {
		t.Errorf("a wrong number was saved: %v", err)
	}
	if kept := app.Find(t, "child_visit_children", row.Id); kept.GetString("child_id_number") != number1 {
		t.Fatalf("after the refusal: %q", kept.GetString("child_id_number"))
	}
	if row, err = app.FindRecordById("child_visit_children", row.Id); err != nil {
		t.Fatal(err)
	}
	row.Set("school_name", "示例小学")
	if err := app.Save(row); err != nil {
		t.Fatal(err)
	}
	if changed := app.Find(t, "child_visit_children", row.Id); changed.GetString("school_name") != "示例小学" || changed.GetString("child_id_number") != number1 {
		t.Errorf("the row after its change: %q %q", changed.GetString("school_name"), changed.GetString("child_id_number"))
	}
	visit, err := app.FindRecordById("child_visits", id)
	if err != nil || visit.GetInt("rev") != 2 || visit.GetString("review_state") != "edited" {
		t.Errorf("record after its row changed: rev %d %s %v", visit.GetInt("rev"), visit.GetString("review_state"), err)
	}
}

// A person edited by hand is found by what the record says now.
func TestEditedPersonKeepsItsKeys(t *testing.T) {
	t.Parallel()
	app, tablet, _ := stage(t)
	push(t, tablet, operation(1, uuid.NewString(), childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", number1, "2015-03-01", nil))))
	person, err := app.FindFirstRecordByData("persons", "id_key", collections.IndexOf(collections.Read(app.TestApp), "persons", "id_key", number1))
	if err != nil {
		t.Fatal(err)
	}
	person.Set("name", "王 大明")
	person.Set("id_number", "not a number")
	if err := app.Save(person); err != nil {
		t.Fatal(err)
	}
	index := collections.IndexOf(collections.Read(app.TestApp), "persons", "name_key", "王大明")
	if person, err = app.FindRecordById("persons", person.Id); err != nil || person.GetString("name_key") != index || person.GetString("id_key") != "" || person.GetInt("rev") != 2 {
		t.Errorf("keys %q %q at rev %d (%v)", person.GetString("name_key"), person.GetString("id_key"), person.GetInt("rev"), err)
	}
	if said := app.Opened(t, person, nil); said.GetString("name") != "王 大明" || said.GetString("id_number") != "not a number" {
		t.Errorf("the person is %q %q", said.GetString("name"), said.GetString("id_number"))
	}
}

// A manager adds a worker without thinking of an id.
func TestManagersNeedNoIDs(t *testing.T) {
	t.Parallel()
	app, _, _ := stage(t)
	c, err := app.FindCollectionByNameOrId("campaigns")
	if err != nil {
		t.Fatal(err)
	}
	server := app.Serve(t)
	manager := app.Client(t, server, app.Worker(t, "M1", "manager", "9901"))
	var made struct{ ID string }
	manager.Want(http.StatusOK, http.MethodPost, "/api/collections/"+c.Name+"/records", map[string]any{"name": "round 2", "form": "child_visit", "status": "open"}, &made)
	if err := uuid.Validate(made.ID); err != nil {
		t.Errorf("the id %q is no UUID: %v", made.ID, err)
	}
}

// A place that is none is refused at the dashboard's door; it neither vanishes nor becomes the point 0, 0.
func TestDashboardDoorRefusesWhatIsNoPlace(t *testing.T) {
	t.Parallel()
	app, tablet, boss := stage(t)
	id := uuid.NewString()
	push(t, tablet, operation(1, id, childVisit(testapp.Inside(gridA), "示例路 1 号", child("王小明", "", "2015-03-01", nil))))
	was := app.Find(t, "child_visits", id).GetString("visit_location")
	path := "/api/collections/child_visits/records/" + id
	for _, place := range []any{"junk", "21.29 116.57", map[string]any{}, map[string]any{"lat": 21.29}, map[string]any{"lat": "x", "lon": 116.57}, 5, true} {
		status, answer := boss.Do(http.MethodPatch, path, map[string]any{"visit_location": place})
		if status != http.StatusBadRequest || !strings.Contains(string(answer), "logic.type") {
			t.Errorf("%v: %d %s", place, status, answer)
		}
	}
	boss.Want(http.StatusOK, http.MethodPatch, path, map[string]any{"visit_location": nil, "address": "示例路 2 号"}, nil) // as it is shown
	r := app.Find(t, "child_visits", id)
	if got := r.GetString("visit_location"); got != was || r.GetInt("rev") != 2 || r.GetString("address") != "示例路 2 号" {
		t.Errorf("place %q, was %q; rev %d", got, was, r.GetInt("rev"))
	}
	boss.Want(http.StatusOK, http.MethodPatch, path, map[string]any{"visit_location": map[string]any{"lat": 21.2943, "lon": 116.5785}}, nil)
	if got := app.Find(t, "child_visits", id).GetString("visit_location"); !strings.Contains(got, "21.2943") {
		t.Errorf("another place: %q", got)
	}
}
